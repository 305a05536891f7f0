import { AppError } from '@hearth/contract'
import { task as chat } from '@hearth/language/chat/spec'
import { describe, expect, it } from 'vitest'
import { chatInput } from './chat-input.ts'
import { readRequest } from './google-json.ts'
import { generateRequest } from './wire.ts'

const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }]
const hi = { role: 'user', content: [{ type: 'text', text: 'Hi' }] }
const weather = {
  functionDeclarations: [
    {
      name: 'weather',
      description: 'Of a city',
      parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } },
    },
  ],
}
const weatherTool = {
  name: 'weather',
  description: 'Of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}

const read = (request: object) => chatInput(readRequest(generateRequest, { contents, ...request }))

function refusal(request: object): AppError {
  try {
    read(request)
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('expected a refusal')
}

it('takes the smallest request', () => {
  expect(read({})).toEqual({ messages: [hi], tools: [], tool_choice: 'auto', response_format: { type: 'text' } })
})

it.each([
  ['one item in place of a list', { contents: { parts: { text: 'Hi' } } }, [hi]],
  [
    'a system instruction',
    { systemInstruction: { parts: [{ text: 'Be brief' }] } },
    [{ role: 'system', content: [{ type: 'text', text: 'Be brief' }] }, hi],
  ],
  [
    'snake case',
    { system_instruction: { parts: { text: 'Be brief' } } },
    [{ role: 'system', content: [{ type: 'text', text: 'Be brief' }] }, hi],
  ],
  [
    'pictures, sound and text files',
    {
      contents: [
        {
          parts: [
            { inline_data: { mime_type: 'image/png', data: 'AAAA' } },
            { inlineData: { mimeType: 'audio/wav', data: 'BBBB' } },
            { inlineData: { mimeType: 'text/plain', data: 'SGk=' } },
            { fileData: { mimeType: 'image/jpeg', fileUri: 'https://example.com/a.jpg' } },
          ],
        },
      ],
    },
    [
      {
        role: 'user',
        content: [
          { type: 'image', image: 'data:image/png;base64,AAAA' },
          { type: 'audio', audio: 'data:audio/wav;base64,BBBB' },
          { type: 'text', text: 'Hi' },
          { type: 'image', image: 'https://example.com/a.jpg' },
        ],
      },
    ],
  ],
  [
    'what the model thought and said',
    {
      contents: [
        ...contents,
        { role: 'model', parts: [{ text: 'hm', thought: true, thoughtSignature: 'c2ln' }, { text: 'Hello' }] },
        ...contents,
      ],
    },
    [
      hi,
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'hm', signature: 'c2ln' },
          { type: 'text', text: 'Hello' },
        ],
      },
      hi,
    ],
  ],
])('reads %s', (_, request, messages) => {
  expect(read(request).messages).toEqual(messages)
})

describe('calls and results', () => {
  const call = (city: string, id?: string) => ({
    functionCall: { name: 'weather', args: { city }, ...(id ? { id } : {}) },
  })
  const result = (response: object, id?: string) => ({
    functionResponse: { name: 'weather', response, ...(id ? { id } : {}) },
  })

  it('belong together by name and order, without ids', () => {
    const { messages } = read({
      contents: [
        ...contents,
        { role: 'model', parts: [call('Rome'), call('Oslo')] },
        { role: 'user', parts: [result({ output: 'sun' }), result({ degrees: 3 }), { text: 'And?' }] },
      ],
    })
    expect(messages).toEqual([
      hi,
      {
        role: 'assistant',
        content: [
          { type: 'tool_call', id: 'call_0', name: 'weather', arguments: '{"city":"Rome"}' },
          { type: 'tool_call', id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' },
        ],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool_result', tool_call_id: 'call_0', content: [{ type: 'text', text: 'sun' }], is_error: false },
          {
            type: 'tool_result',
            tool_call_id: 'call_1',
            content: [{ type: 'text', text: '{"degrees":3}' }],
            is_error: false,
          },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'And?' }] },
    ])
  })

  it('belong together by id, in whatever order', () => {
    const { messages } = read({
      contents: [
        ...contents,
        { role: 'model', parts: [call('Rome', 'a'), call('Oslo', 'b')] },
        { role: 'function', parts: [result({ error: 'no' }, 'b'), result({ output: { sky: 'blue' } }, 'a')] },
      ],
    })
    expect(messages[2]?.content).toMatchObject([
      { tool_call_id: 'b', content: [{ text: 'no' }], is_error: true },
      { tool_call_id: 'a', content: [{ text: '{"sky":"blue"}' }], is_error: false },
    ])
  })

  it('are refused where nobody called', () => {
    const lonely = refusal({ contents: [{ parts: [result({ output: 1 })] }] })
    expect(lonely.path).toEqual(['contents', 0, 'parts', 0, 'functionResponse'])
    const twice = [{ role: 'model', parts: [call('Rome')] }, { parts: [result({}), result({})] }]
    expect(refusal({ contents: twice }).path).toEqual(['contents', 1, 'parts', 1, 'functionResponse'])
  })
})

describe('tools', () => {
  it.each([
    [undefined, undefined, 'auto'],
    ['AUTO', undefined, 'auto'],
    ['MODE_UNSPECIFIED', undefined, 'auto'],
    ['NONE', undefined, 'none'],
    ['ANY', undefined, 'required'],
    ['ANY', ['weather'], { names: ['weather'], required: true }],
    ['VALIDATED', ['weather'], { names: ['weather'], required: false }],
  ])('mode %s with %j', (mode, allowedFunctionNames, expected) => {
    const { tools, tool_choice } = read({
      tools: [weather],
      toolConfig: { functionCallingConfig: { mode, allowedFunctionNames } },
    })
    expect(tool_choice).toEqual(expected)
    expect(tools).toEqual([mode === 'VALIDATED' ? { ...weatherTool, strict: true } : weatherTool])
  })

  it('take JSON Schema as it is', () => {
    const schema = { type: 'object', properties: { any_of: { type: 'string' } } }
    const { tools } = read({ tools: [{ function_declarations: [{ name: 'f', parameters_json_schema: schema }] }] })
    expect(tools).toEqual([{ name: 'f', parameters: schema }])
  })

  it('that are services of Google are refused, and modes that cannot be', () => {
    expect(refusal({ tools: [weather, { googleSearch: {} }] }).path).toEqual(['tools', 1, 'googleSearch'])
    const config = (functionCallingConfig: object) => ({ tools: [weather], toolConfig: { functionCallingConfig } })
    expect(refusal(config({ mode: 'SOME' })).message).toMatch(/expected AUTO, ANY/)
    expect(refusal(config({ mode: 'ANY', allowedFunctionNames: ['time'] })).message).toMatch(/time is not declared/)
    expect(refusal({ toolConfig: { functionCallingConfig: { mode: 'ANY' } } }).message).toMatch(
      /needs functionDeclarations/,
    )
  })
})

describe('generationConfig', () => {
  it('is read in full', () => {
    const generationConfig = {
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      candidateCount: 2,
      maxOutputTokens: 100,
      stopSequences: ['END'],
      seed: -1,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      responseLogprobs: true,
      logprobs: 3,
      speechConfig: {},
    }
    const input = read({ generationConfig, safetySettings: [{ category: 'x', threshold: 'y' }] })
    expect(input).toMatchObject({
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      n: 2,
      max_tokens: 100,
      stop: ['END'],
      seed: 2 ** 32 - 1,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      top_logprobs: 3,
    })
    expect(chat.input.safeParse(input).success).toBe(true)
  })

  const schema = { type: 'OBJECT', properties: { name: { type: 'STRING' } } }
  const json = { type: 'object', properties: { name: { type: 'string' } } }
  it.each([
    [{ responseMimeType: 'text/plain' }, { type: 'text' }],
    [{ responseMimeType: 'application/json' }, { type: 'json_object' }],
    [
      { responseMimeType: 'application/json', responseSchema: schema },
      { type: 'json_schema', schema: json },
    ],
    [
      { response_mime_type: 'application/json', response_json_schema: json },
      { type: 'json_schema', schema: json },
    ],
    [{ responseModalities: ['TEXT'] }, { type: 'text' }],
  ])('%j', (generationConfig, expected) => {
    expect(read({ generationConfig }).response_format).toEqual(expected)
  })

  it.each([
    [{ thinkingBudget: 0 }, false],
    [{ thinkingBudget: 512 }, true],
    [{ thinkingBudget: -1 }, undefined],
    [{ thinkingBudget: -1, includeThoughts: true }, true],
    [{ thinkingLevel: 'LOW' }, true],
    [{ thinkingLevel: 'MINIMAL' }, false],
    [{}, undefined],
  ])('thinkingConfig %j', (thinkingConfig, expected) => {
    expect(read({ generationConfig: { thinkingConfig } }).reasoning).toBe(expected)
  })
})

it.each([
  [{ contents: [] }, ['contents']],
  [{ contents: undefined }, ['contents']],
  [{ contents: [{ parts: [{ text: 5 }] }] }, ['contents', 0, 'parts', 0, 'text']],
  [{ contents: [{ parts: [{ executableCode: { code: '1' } }] }] }, ['contents', 0, 'parts', 0, 'executableCode']],
  [{ contents: [{ parts: [{}] }] }, ['contents', 0, 'parts', 0]],
  [
    { contents: [{ parts: [{ inlineData: { mimeType: 'application/pdf', data: 'AAAA' } }] }] },
    ['contents', 0, 'parts', 0, 'inlineData', 'mimeType'],
  ],
  [{ contents: [{ parts: [{ fileData: { fileUri: 'files/abc' } }] }] }, ['contents', 0, 'parts', 0, 'fileData']],
  [
    { systemInstruction: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }] } },
    ['systemInstruction', 'parts', 0],
  ],
  [{ cachedContent: 'cachedContents/1' }, ['cachedContent']],
  [{ generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } }, ['generationConfig', 'responseModalities', 1]],
  [{ generationConfig: { responseMimeType: 'text/x.enum' } }, ['generationConfig', 'responseMimeType']],
  [{ generationConfig: { maxOutputTokens: 'many' } }, ['generationConfig', 'maxOutputTokens']],
])('refuses %j by its path', (request, path) => {
  expect(refusal(request)).toMatchObject({ code: 'invalid-input', path })
})
