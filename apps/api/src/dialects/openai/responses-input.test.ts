import { AppError } from '@hearth/contract'
import { expect, test } from 'vitest'
import { readWish } from './chat-wish.ts'
import { responseInput } from './responses-input.ts'
import type { ConversationItem } from './responses-items.ts'
import { responseWish } from './responses-wish.ts'

/** What the task is given for a wish that refers to nothing. */
function given(wish: object) {
  const read = readWish(responseWish, { model: 'm', input: 'Hi', ...wish })
  return responseInput(
    read,
    read.input.filter((item): item is ConversationItem => item.type !== 'item_reference'),
  )
}

function refusal(wish: object): AppError {
  try {
    given(wish)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('expected a refusal')
}

const hi = { role: 'user', content: [{ type: 'text', text: 'Hi' }] }

test.each<[string, object, object]>([
  [
    'text alone',
    {},
    { messages: [hi], tools: [], tool_choice: 'auto', parallel_tool_calls: true, truncation: 'refuse' },
  ],
  [
    'instructions',
    { instructions: 'Be brief.' },
    { messages: [{ role: 'system', content: [{ type: 'text', text: 'Be brief.' }] }, hi] },
  ],
  [
    'how tokens are chosen',
    { temperature: 0.5, top_p: 0.9, max_output_tokens: 9 },
    { temperature: 0.5, top_p: 0.9, max_tokens: 9 },
  ],
  ['likelihoods', { include: ['message.output_text.logprobs'] }, { top_logprobs: 0 }],
  ['more likelihoods', { top_logprobs: 3 }, { top_logprobs: 3 }],
  ['thinking', { reasoning: { effort: 'high' } }, { reasoning: true }],
  ['no thinking', { reasoning: { effort: 'none' } }, { reasoning: false }],
  ['a long conversation', { truncation: 'auto' }, { truncation: 'oldest' }],
  [
    'a schema',
    { text: { format: { type: 'json_schema', name: 'cat', schema: { type: 'object' }, strict: true } } },
    { response_format: { type: 'json_schema', name: 'cat', schema: { type: 'object' } } },
  ],
  [
    'a tool that must be called',
    {
      tools: [{ type: 'function', name: 'f', parameters: null, strict: true }],
      tool_choice: { type: 'function', name: 'f' },
    },
    { tools: [{ name: 'f', strict: true }], tool_choice: { names: ['f'], required: true } },
  ],
  [
    'tools to choose from',
    { tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] } },
    { tool_choice: { names: ['f'], required: false } },
  ],
])('takes %s', (_, wish, expected) => {
  expect(given(wish)).toMatchObject(expected)
})

test('makes one message of what the model thought, said and called', () => {
  const { messages } = given({
    input: [
      { role: 'developer', content: 'Be brief.' },
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is this?' },
          { type: 'input_image', image_url: 'upload:abcdefgh' },
        ],
      },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.', annotations: [] }] },
      { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' },
      { type: 'function_call', call_id: 'b', name: 'hear', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: 'A cat.' },
      { type: 'function_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'Miaow.' }] },
      { role: 'assistant', content: 'A cat.' },
      { role: 'assistant', content: 'That miaows.' },
    ],
  })
  const result = (id: string, text: string) => ({
    role: 'tool',
    content: [{ type: 'tool_result', tool_call_id: id, content: [{ type: 'text', text }], is_error: false }],
  })
  expect(messages).toEqual([
    { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image', image: 'upload:abcdefgh' },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'I look.' },
        { type: 'tool_call', id: 'a', name: 'look', arguments: '{}' },
        { type: 'tool_call', id: 'b', name: 'hear', arguments: '{}' },
      ],
    },
    result('a', 'A cat.'),
    result('b', 'Miaow.'),
    { role: 'assistant', content: [{ type: 'text', text: 'A cat.' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'That miaows.' }] },
  ])
})

test.each<[object, string, RegExp]>([
  [{ input: [] }, 'input', /./],
  [{ input: 7 }, 'input', /expected text or a list of items/],
  [{ input: [{ type: 'web_search_call', id: 'ws_1' }] }, 'input', /items of the type web_search_call cannot be taken/],
  [{ input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'x' }] }] }, 'input', /files cannot be taken/],
  [{ input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'x' }] }] }, 'input', /not by file_id/],
  [{ tools: [{ type: 'web_search' }] }, 'tools', /web_search is not here/],
  [{ tool_choice: { type: 'mcp', server_label: 'x' } }, 'tool_choice', /functions by name/],
  [{ background: true }, 'background', /stream: true/],
  [{ conversation: 'conv_1' }, 'conversation', /previous_response_id/],
  [{ prompt: { id: 'pmpt_1' } }, 'prompt', /instructions/],
])('refuses %j', (wish, field, message) => {
  const error = refusal(wish)
  expect(error).toMatchObject({ code: 'invalid-input', path: expect.arrayContaining([field]) })
  expect(error.message).toMatch(message)
})
