import { task as chat } from '@hearth/language/chat/spec'
import { describe, expect, it } from 'vitest'
import { chatInput, countInput } from './chat-input.ts'
import { countWish, messageWish, readWish } from './message-wish.ts'

const png = 'iVBORw0KGgo='
const need = { model: 'small', max_tokens: 10 }
const hello = [{ role: 'user', content: 'Hello' }]
const tools = [{ name: 'weather', description: 'Of a town.', input_schema: { type: 'object', properties: {} } }]

const text = (text: string) => ({ type: 'text', text })
const read = (body: object, version?: string) => chatInput(readWish(messageWish, { ...need, ...body }, version))
const messagesOf = (...messages: object[]) => read({ messages }).messages

describe('messages', () => {
  it.each<[string, object, object[]]>([
    ['text', { messages: hello }, [{ role: 'user', content: [text('Hello')] }]],
    [
      'a system text',
      { messages: hello, system: 'Be brief.' },
      [
        { role: 'system', content: [text('Be brief.')] },
        { role: 'user', content: [text('Hello')] },
      ],
    ],
    [
      'system blocks with cache marks',
      { messages: hello, system: [{ ...text('A'), cache_control: { type: 'ephemeral' } }, text('B')] },
      [
        { role: 'system', content: [text('A'), text('B')] },
        { role: 'user', content: [text('Hello')] },
      ],
    ],
    ['an empty system text', { messages: hello, system: '' }, [{ role: 'user', content: [text('Hello')] }]],
    [
      'a system turn among the others',
      { messages: [...hello, { role: 'system', content: 'Now in French.' }] },
      [
        { role: 'user', content: [text('Hello')] },
        { role: 'system', content: [text('Now in French.')] },
      ],
    ],
    [
      'turns of one speaker as one',
      {
        messages: [
          ...hello,
          { role: 'user', content: 'Anyone?' },
          { role: 'assistant', content: 'Yes' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'f', input: {} }] },
        ],
      },
      [
        { role: 'user', content: [text('Hello'), text('\n\n'), text('Anyone?')] },
        { role: 'assistant', content: [text('Yes'), { type: 'tool_call', id: 'c', name: 'f', arguments: '{}' }] },
      ],
    ],
  ])('%s', (_, body, expected) => {
    expect(read(body).messages).toEqual(expected)
  })

  it('takes pictures in base64 and by address', () => {
    const content = [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      text('Which is nicer?'),
    ]
    expect(messagesOf({ role: 'user', content })).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image', image: `data:image/png;base64,${png}` },
          { type: 'image', image: 'https://example.com/a.png' },
          text('Which is nicer?'),
        ],
      },
    ])
  })

  it('takes thoughts back, with their signature, and leaves out those that nobody can read', () => {
    const content = [
      { type: 'thinking', thinking: 'Hm.', signature: 's' },
      { type: 'thinking', thinking: 'So.', signature: '' },
      { type: 'redacted_thinking', data: 'xxxx' },
      text('Yes'),
    ]
    expect(messagesOf(...hello, { role: 'assistant', content })[1]?.content).toEqual([
      { type: 'reasoning', text: 'Hm.', signature: 's' },
      { type: 'reasoning', text: 'So.' },
      text('Yes'),
    ])
  })

  it('makes results of tools messages of their own, before and after what is said beside', () => {
    const content = [
      { type: 'tool_result', tool_use_id: 'a', content: '18 degrees' },
      {
        type: 'tool_result',
        tool_use_id: 'b',
        is_error: true,
        content: [
          text('no such town'),
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
        ],
      },
      { type: 'tool_result', tool_use_id: 'c' },
      text('And now?'),
      text('Well?'),
    ]
    expect(messagesOf({ role: 'user', content })).toEqual([
      {
        role: 'tool',
        content: [{ type: 'tool_result', tool_call_id: 'a', content: [text('18 degrees')], is_error: false }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool_result',
            tool_call_id: 'b',
            is_error: true,
            content: [text('no such town'), { type: 'image', image: `data:image/png;base64,${png}` }],
          },
        ],
      },
      { role: 'tool', content: [{ type: 'tool_result', tool_call_id: 'c', content: [], is_error: false }] },
      { role: 'user', content: [text('And now?'), text('Well?')] },
    ])
  })

  it('writes the text of documents and search results, with what is known of them above', () => {
    const content = [
      { type: 'document', title: 'Rules', source: { type: 'text', media_type: 'text/plain', data: 'No running.' } },
      { type: 'document', source: { type: 'content', content: 'No shouting.' }, citations: { enabled: false } },
      { type: 'search_result', title: 'Pools', source: 'https://example.com', content: [text('Open.')] },
    ]
    expect(messagesOf({ role: 'user', content })[0]?.content).toEqual([
      text('Rules\n\n'),
      text('No running.'),
      text('No shouting.'),
      text('Pools\nhttps://example.com\n\n'),
      text('Open.'),
    ])
  })
})

describe('what else is asked', () => {
  it.each<[string, object, object]>([
    ['nothing more', {}, { tools: [], tool_choice: 'auto', parallel_tool_calls: true, max_tokens: 10, stop: [] }],
    ['stop sequences', { stop_sequences: ['END', '\n\n'] }, { stop: ['END', '\n\n'] }],
    ['sampling', { temperature: 0, top_p: 0.9, top_k: 5 }, { temperature: 0, top_p: 0.9, top_k: 5 }],
    [
      'tools',
      { tools },
      { tools: [{ name: 'weather', description: 'Of a town.', parameters: tools[0]?.input_schema, strict: false }] },
    ],
    ['a tool called custom', { tools: [{ ...tools[0], type: 'custom', strict: true }] }, { tools: [{ strict: true }] }],
    ['any tool', { tools, tool_choice: { type: 'any' } }, { tool_choice: 'required' }],
    [
      'one tool, one call',
      { tools, tool_choice: { type: 'tool', name: 'weather', disable_parallel_tool_use: true } },
      { tool_choice: { names: ['weather'], required: true }, parallel_tool_calls: false },
    ],
    ['no tool', { tools, tool_choice: { type: 'none' } }, { tool_choice: 'none' }],
    ['thinking', { thinking: { type: 'enabled', budget_tokens: 1024 } }, { reasoning: true }],
    ['adaptive thinking', { thinking: { type: 'adaptive', display: 'omitted' } }, { reasoning: true }],
    ['thinking between tools', { thinking: { type: 'between_tools' } }, { reasoning: true }],
    ['no thinking', { thinking: { type: 'disabled' } }, { reasoning: false }],
    [
      'a schema',
      { output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } } },
      { response_format: { type: 'json_schema', schema: { type: 'object' } } },
    ],
    [
      'what changes nothing here',
      { metadata: { user_id: 'u' }, service_tier: 'auto', speed: 'fast', container: null, mcp_servers: [] },
      { tool_choice: 'auto' },
    ],
  ])('%s', (_, body, expected) => {
    const input = read({ messages: hello, ...body })
    expect(input).toMatchObject(expected)
    expect(chat.input.safeParse(input).error).toBeUndefined()
  })

  it('leaves to the model what nobody decided', () => {
    expect(chat.input.parse(read({ messages: hello }))).toMatchObject({ response_format: { type: 'text' } })
    expect(read({ messages: hello })).toMatchObject({ reasoning: undefined, temperature: undefined })
  })

  it('counts without a limit for the answer', () => {
    const wish = readWish(countWish, { model: 'small', messages: hello, system: 'Be brief.', tools }, '2026-10-21')
    expect(countInput(wish)).toMatchObject({
      messages: [{ role: 'system' }, { role: 'user' }],
      tools: [{ name: 'weather' }],
    })
  })
})

describe('refusals', () => {
  const inTurn = (role: string, ...content: object[]) => ({ messages: [{ role, content }] })
  it.each<[string, object, RegExp]>([
    ['no max_tokens', { messages: hello, max_tokens: undefined }, /^max_tokens: .*expected/],
    ['no model', { messages: hello, model: undefined }, /^model: /],
    ['no messages', { messages: [] }, /^messages: /],
    ['an unknown role', { messages: [{ role: 'narrator', content: 'x' }] }, /^messages\.0\.role: .*'user'/],
    ['content that is a number', { messages: [{ role: 'user', content: 5 }] }, /^messages\.0\.content: expected text/],
    ['an unknown block', inTurn('user', { type: 'video' }), /^messages\.0\.content\.0\.type: .*'tool_result'/],
    ['a call by the user', inTurn('user', { type: 'tool_use', id: 'c', name: 'f', input: {} }), /content\.0\.type/],
    ['a result by the assistant', inTurn('assistant', { type: 'tool_result', tool_use_id: 'c' }), /content\.0\.type/],
    [
      'a document that is no text',
      inTurn('user', { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'x' } }),
      /^messages\.0\.content\.0\.source\.type: only text can be taken of documents/,
    ],
    [
      'citations',
      inTurn('user', { type: 'document', source: { type: 'text', data: 'x' }, citations: { enabled: true } }),
      /citations\.enabled: nothing can be cited/,
    ],
    [
      'a picture kept elsewhere',
      inTurn('user', { type: 'image', source: { type: 'file', file_id: 'f' } }),
      /source\.type: .*'base64'/,
    ],
    [
      'a tool of somebody else',
      { messages: hello, tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
      /^tools\.0\.type: only tools of your own/,
    ],
    [
      'a tool that is not there',
      { messages: hello, tools, tool_choice: { type: 'tool', name: 'clock' } },
      /^tool_choice\.name: /,
    ],
    ['a choice without tools', { messages: hello, tool_choice: { type: 'any' } }, /^tools: /],
    ['servers of tools', { messages: hello, mcp_servers: [{ url: 'https://x' }] }, /^mcp_servers: /],
    ['a container', { messages: hello, container: 'c' }, /^container: /],
  ])('%s', (_, body, message) => {
    expect(() => read(body)).toThrow(message)
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid-input', path: expect.any(Array) }))
  })

  const retired: [string, object, RegExp][] = [
    ['temperature', { messages: hello, temperature: 1 }, /^temperature: /],
    ['top_p', { messages: hello, top_p: 1 }, /^top_p: /],
    ['top_k', { messages: hello, top_k: 0 }, /^top_k: /],
    [
      'a document of the assistant',
      inTurn('assistant', { type: 'document', source: { type: 'text', data: 'x' } }),
      /^messages\.0\.content\.0: documents/,
    ],
    [
      'citations of the user',
      inTurn('user', { ...text('x'), citations: [{ type: 'char_location' }] }),
      /^messages\.0\.content\.0\.citations: /,
    ],
  ]
  it.each(retired)('with the newer version alone: %s', (_, body, message) => {
    expect(() => read(body, '2026-10-21')).toThrow(message)
    for (const version of ['2023-06-01', undefined]) expect(() => read(body, version)).not.toThrow()
  })

  it('takes empty citations and no sampling with the newer version', () => {
    const body = { messages: [{ role: 'user', content: [{ ...text('x'), citations: [] }] }] }
    expect(() => read(body, '2026-10-21')).not.toThrow()
  })
})
