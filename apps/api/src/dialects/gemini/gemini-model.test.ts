import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } from '@google/genai'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { starterChat } from '../../../../../packages/language/src/families/llama/starter-under-test.ts'

let hearth: TestInstance
let client: GoogleGenAI

beforeAll(async () => {
  hearth = await startTestInstance({ models: [await starterChat()] })
  client = new GoogleGenAI({ apiKey: hearth.key, httpOptions: { baseUrl: hearth.url } })
  // The worker is linked a moment later.
  const count = () => client.models.countTokens({ model, contents: 'x' })
  await vi.waitFor(count, { timeout: 60_000, interval: 200 })
}, 240_000)
afterAll(() => hearth?.stop())

const model = 'smollm2-135m'
const config = { systemInstruction: 'You are a helpful assistant.', temperature: 0 }
const contents = 'What is the capital of France?'
const said = 'The capital of France is Paris.'

it('lists the model and shows it', async () => {
  const names: (string | undefined)[] = []
  for await (const { name } of await client.models.list()) names.push(name)
  expect(names).toEqual([`models/${model}`])
  expect(await client.models.get({ model })).toMatchObject({
    displayName: 'SmolLM2 135M Instruct',
    inputTokenLimit: 4096,
    supportedActions: expect.arrayContaining(['generateContent', 'countTokens']),
  })
})

it('answers in whole and in pieces alike, and counts as it reads', async () => {
  const answer = await client.models.generateContent({ model, contents, config })
  expect(answer.text).toBe(said)
  expect(answer.candidates?.[0]?.finishReason).toBe('STOP')
  const pieces: string[] = []
  let total: number | undefined
  for await (const piece of await client.models.generateContentStream({ model, contents, config })) {
    pieces.push(piece.text ?? '')
    total = piece.usageMetadata?.totalTokenCount
  }
  expect(pieces.length).toBeGreaterThan(3)
  expect(pieces.join('')).toBe(said)
  expect(total).toBe(answer.usageMetadata?.totalTokenCount)
  const counted = await client.models.countTokens({
    model,
    contents: [{ role: 'user', parts: [{ text: contents }] }],
  })
  expect(counted.totalTokens).toBeGreaterThan(5)
})

it('keeps to limits, to schemas and to functions', async () => {
  const cut = await client.models.generateContent({ model, contents, config: { ...config, maxOutputTokens: 3 } })
  expect(cut.candidates?.[0]?.finishReason).toBe('MAX_TOKENS')
  expect(cut.usageMetadata?.candidatesTokenCount).toBe(3)
  const responseSchema = { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ['city'] }
  const json = await client.models.generateContent({
    model,
    contents,
    config: { ...config, responseMimeType: 'application/json', responseSchema, maxOutputTokens: 64 },
  })
  expect(JSON.parse(json.text ?? '')).toEqual({ city: expect.any(String) })
  const called = await client.models.generateContent({
    model,
    contents: 'What is the weather in Paris?',
    config: {
      ...config,
      maxOutputTokens: 128,
      tools: [{ functionDeclarations: [{ name: 'get_weather', parameters: responseSchema }] }],
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
    },
  })
  expect(called.functionCalls?.[0]).toMatchObject({ name: 'get_weather', args: { city: expect.any(String) } })
})

it('throws where the process of the model is killed in mid-stream', async () => {
  const read = async () => {
    const story = await client.models.generateContentStream({ model, contents: 'Tell me a long story about the sea.' })
    let pieces = 0
    for await (const { candidates } of story) {
      expect(candidates?.[0]?.finishReason).toBeUndefined()
      pieces += 1
      if (pieces === 3) process.kill((await hearth.engine(model)).pid, 'SIGKILL')
    }
  }
  await expect(read()).rejects.toBeInstanceOf(ApiError)
})
