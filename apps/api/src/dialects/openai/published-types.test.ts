import { AppError } from '@hearth/contract'
import type { Chunk } from '@hearth/language/chat/spec'
import { encodeAudio } from '@hearth/media'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noUsage, type Script, type ScriptedChat, startScriptedChat } from '../scripted-chat-under-test.ts'
import { chunks as heard, transcript } from './hearing-under-test.ts'
import { dialect } from './index.ts'
import { openPublished, type Published } from './published-types-under-test.ts'

const problems = openPublished()
let chat: ScriptedChat<unknown>
let client: OpenAI
/** The body of the last answer, as it came. */
let body = Promise.resolve('')

beforeAll(async () => {
  chat = await startScriptedChat<unknown>(dialect)
  client = new OpenAI({
    baseURL: `${chat.url}/v1`,
    apiKey: chat.key,
    maxRetries: 0,
    fetch: async (url, init) => {
      const response = await fetch(url, init)
      body = response.clone().text()
      return response
    },
  })
})
afterAll(() => chat?.stop())

const model = 'scripted'
const ended = { finish_reason: 'stop', stop_sequence: null } as const
const usage = { ...noUsage, prompt_tokens: 7, completion_tokens: 5, reasoning_tokens: 2, cached_tokens: 3 }
const likely = { token: 'Paris', bytes: [...Buffer.from('Paris')], logprob: -0.1 }
const logprobs = [{ ...likely, top_logprobs: [likely, { ...likely, token: 'Rome', logprob: -3 }] }]
const call = { type: 'tool_call', call: 0, id: 'c1', name: 'weather', arguments: '{"city":"Rome"}' } as const
const output = (content: object[], more: object = {}) => ({
  choices: [{ index: 0, content, ...ended, ...more }],
  usage,
  omitted_messages: 0,
})
const said = [{ type: 'text', text: 'Paris' }]
const thought = [{ type: 'reasoning', text: 'Hm.' }, ...said]
const called = { output: output([...said, call], { finish_reason: 'tool_calls' }) }
const start: Chunk = { type: 'start', prompt_tokens: 7, cached_tokens: 3 }
const text: Chunk = { type: 'text', index: 0, text: 'Paris', logprobs }
const streamed = {
  chunks: [
    start,
    { type: 'reasoning', index: 0, text: 'Hm.' },
    text,
    { ...call, index: 0 },
    { type: 'finish', index: 0, ...ended, finish_reason: 'tool_calls' },
  ] satisfies Chunk[],
  output: output([...thought, call], { finish_reason: 'tool_calls' }),
}

const hi = { model, messages: [{ role: 'user', content: 'Hi' }] } satisfies OpenAI.ChatCompletionCreateParams
const parameters = { type: 'object', properties: { city: { type: 'string' } } }
const tools = [{ type: 'function', function: { name: 'weather', parameters } }] satisfies OpenAI.ChatCompletionTool[]
const functions = [{ type: 'function', name: 'weather', parameters, strict: true }] satisfies OpenAI.Responses.Tool[]
const likelihoods = { logprobs: true, top_logprobs: 2 } as const
const stream = true as const
const options = { include_usage: true } as const

async function speech() {
  const encoder = encodeAudio({ format: 'wav', sampleRate: 16_000 })
  await encoder.write(Float32Array.from({ length: 1600 }, (_, at) => Math.sin(at / 10)))
  return { model, file: await toFile(new Uint8Array(await encoder.end()), 'speech.wav') }
}

/** One way to ask, what the model does then, and the published type of the answer or of each of its pieces. */
type Case = [string, keyof Published, Script<unknown>, () => Promise<unknown>]

const answers: Case[] = [
  ['a chat completion', 'chat', { output: output(said) }, () => client.chat.completions.create(hi)],
  [
    'one with thoughts and likelihoods',
    'chat',
    { output: output(thought, { logprobs }) },
    () => client.chat.completions.create({ ...hi, ...likelihoods }),
  ],
  ['one with calls', 'chat', called, () => client.chat.completions.create({ ...hi, tools })],
  [
    'a completion',
    'completion',
    { output: { choices: [{ index: 0, text: ' Paris', ...ended, logprobs }], usage } },
    () => client.completions.create({ model, prompt: 'The capital is', logprobs: 2 }),
  ],
  ['a response', 'response', { output: output(said) }, () => client.responses.create({ model, input: 'Hi' })],
  [
    'one with thoughts and calls',
    'response',
    { output: output([...thought, call], { finish_reason: 'tool_calls' }) },
    () => client.responses.create({ model, input: 'Hi', tools: functions, instructions: 'Be brief', store: false }),
  ],
  [
    'one that was cut short',
    'response',
    { output: output(said, { finish_reason: 'length' }) },
    () => client.responses.create({ model, input: [{ role: 'user', content: 'Hi' }], max_output_tokens: 16 }),
  ],
  [
    'embeddings',
    'embeddings',
    { output: { embeddings: [[0.6, 0.8]], dimensions: 2, prompt_tokens: 3, truncated: [] } },
    () => client.embeddings.create({ model, input: 'a', encoding_format: 'float' }),
  ],
  [
    'moderations',
    'moderations',
    {
      output: { results: [{ flagged: true, categories: { V: true }, scores: { V: 0.9, OK: 0.1 } }], prompt_tokens: 3 },
    },
    () => client.moderations.create({ input: 'a' }),
  ],
  [
    'a transcription',
    'transcription',
    { output: transcript },
    async () => client.audio.transcriptions.create(await speech()),
  ],
  [
    'one with times',
    'verbose',
    { output: transcript },
    async () =>
      client.audio.transcriptions.create({
        ...(await speech()),
        response_format: 'verbose_json',
        timestamp_granularities: ['word', 'segment'],
      }),
  ],
]

const streams: Case[] = [
  [
    'chat completions',
    'chunk',
    streamed,
    () => client.chat.completions.create({ ...hi, ...likelihoods, tools, stream, stream_options: options }),
  ],
  [
    'completions',
    'completionPiece',
    {
      chunks: [start, text, { type: 'finish', index: 0, ...ended }],
      output: { choices: [{ index: 0, text: 'Paris', ...ended, logprobs }], usage },
    },
    () => client.completions.create({ model, prompt: 'The', logprobs: 2, stream, stream_options: options }),
  ],
  [
    'responses',
    'event',
    streamed,
    () => client.responses.create({ model, input: 'Hi', tools: functions, stream, store: false }),
  ],
  [
    'responses that fail',
    'event',
    { chunks: [start, text], output: new AppError('engine-crashed', 'the engine ended') },
    () => client.responses.create({ model, input: 'Hi', stream, store: false }),
  ],
  [
    'transcriptions',
    'piece',
    { chunks: heard, output: transcript },
    async () => client.audio.transcriptions.create({ ...(await speech()), stream }),
  ],
]

/** The data of a stream's events, without the mark at its end. */
function pieces(stream: string): unknown[] {
  const lines = stream.split('\n').filter(line => line.startsWith('data: '))
  return lines.map(line => line.slice('data: '.length)).flatMap(data => (data === '[DONE]' ? [] : [JSON.parse(data)]))
}

describe('as OpenAI publishes it', () => {
  it.each(answers)('is %s', async (_, type, script, ask) => {
    chat.next(script)
    await ask()
    expect(problems(type, JSON.parse(await body))).toEqual([])
  })

  it.each(streams)('is each piece of streamed %s', async (_, type, script, ask) => {
    chat.next(script)
    await ask()
    const told = pieces(await body)
    expect(told.length).toBeGreaterThan(2)
    for (const piece of told) expect([piece, problems(type, piece)]).toEqual([piece, []])
  })

  it('is each model of the list', async () => {
    const { data } = await client.models.list()
    expect(data.length).toBeGreaterThan(0)
    for (const one of [...data, await client.models.retrieve(data[0]?.id ?? '')]) {
      expect([one.id, problems('model', one)]).toEqual([one.id, []])
    }
  })

  it('is each error', async () => {
    const wishes = [{ ...hi, model: 'nobody/knows' }, { ...hi, temperature: 9 }, hi]
    chat.next({ output: new AppError('engine-crashed', 'the engine ended') })
    for (const wish of wishes) {
      await expect(client.chat.completions.create(wish)).rejects.toThrow()
      const { error } = JSON.parse(await body)
      expect([error, problems('error', error)]).toEqual([error, []])
    }
  })
})

describe('what is not so is found', () => {
  it.each(answers)('in %s', async (_, type, script, ask) => {
    chat.next(script)
    await ask()
    const answer: Record<string, unknown> = JSON.parse(await body)
    const [first = ''] = Object.keys(answer).filter(key =>
      ['choices', 'output', 'data', 'results', 'text'].includes(key),
    )
    expect(problems(type, { ...answer, [first]: undefined })).not.toEqual([])
    expect(problems(type, { ...answer, [first]: { a: 1 } })).not.toEqual([])
  })

  it.each(streams)('in pieces of %s', async (_, type, script, ask) => {
    chat.next(script)
    await ask()
    for (const piece of pieces(await body)) {
      const keys = Object.keys(piece as object).filter(key => ['choices', 'type', 'object'].includes(key))
      for (const key of keys) expect(problems(type, { ...(piece as object), [key]: 'other' })).not.toEqual([])
    }
  })
})
