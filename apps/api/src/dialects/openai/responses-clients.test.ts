import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { ChatOpenAI } from '@langchain/openai'
import { generateText, type LanguageModel, Output, stepCountIs, streamText, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { starterChat } from '../../../../../packages/language/src/families/llama/starter-under-test.ts'

let hearth: TestInstance

beforeAll(async () => {
  hearth = await startTestInstance({ models: [await starterChat()] })
  // The worker is linked a moment later.
  const ask = () => generateText({ ...paris(models.responses()), maxOutputTokens: 1, maxRetries: 0 })
  await vi.waitFor(ask, { timeout: 60_000, interval: 200 })
}, 240_000)
afterAll(() => hearth?.stop())

const id = 'smollm2-135m'
const address = (version: string) => ({ baseURL: `${hearth.url}/${version}`, apiKey: hearth.key })
const models = {
  responses: () => createOpenAI(address('v1'))(id),
  chat: () => createOpenAI(address('v1')).chat(id),
  compatible: () =>
    createOpenAICompatible({ ...address('v1'), name: 'hearth', includeUsage: true, supportsStructuredOutputs: true })(
      id,
    ),
  google: () => createGoogleGenerativeAI(address('v1beta'))(id),
  anthropic: () => createAnthropic(address('v1'))(id),
}
const paris = (model: LanguageModel) => ({
  model,
  system: 'You are a helpful assistant.',
  prompt: 'What is the capital of France?',
  temperature: 0,
  maxOutputTokens: 20,
})
const said = 'The capital of France is Paris.'

async function expectPieces(model: LanguageModel) {
  const stream = streamText(paris(model))
  const pieces: string[] = []
  for await (const piece of stream.textStream) pieces.push(piece)
  expect(pieces.join('')).toBe(said)
  expect(pieces.length).toBeGreaterThan(1)
  expect(await stream.finishReason).toBe('stop')
  expect((await stream.usage).inputTokens).toBe(27)
}

describe('the AI SDK', () => {
  it.each(Object.entries(models))('is answered by %s, whole and in pieces', async (_, model) => {
    const { text, finishReason, usage } = await generateText(paris(model()))
    expect({ text, finishReason }).toEqual({ text: said, finishReason: 'stop' })
    expect(usage.inputTokens).toBe(27)
    await expectPieces(model())
  })

  it.each([models.responses, models.compatible])('is given what keeps to a schema', async model => {
    const schema = z.object({ legs: z.enum(['two', 'four']) })
    const { output } = await generateText({ ...paris(model()), output: Output.object({ schema }) })
    expect(schema.parse(output)).toBeTruthy()
  })

  it('goes on from an answer by its name alone', async () => {
    const { model, prompt, ...rest } = paris(models.responses())
    const asked = { role: 'user' as const, content: prompt }
    const { response } = await generateText({ ...rest, model, messages: [asked] })
    const messages = [asked, ...response.messages, { role: 'user' as const, content: 'And of Italy?' }]
    const { request, usage } = await generateText({ ...rest, model, messages, maxOutputTokens: 2 })
    expect(JSON.stringify(request.body)).toMatch(/\{"type":"item_reference","id":"msg_\w+"\}/)
    expect(usage.inputTokens).toBeGreaterThan(40)
  })

  it('goes on after a tool', async () => {
    const execute = vi.fn(() => '21 °C')
    const { steps } = await generateText({
      ...paris(models.responses()),
      tools: { weather: tool({ inputSchema: z.object({ city: z.enum(['Rome', 'Paris']) }), execute }) },
      prepareStep: ({ stepNumber }) => ({
        toolChoice: stepNumber === 0 ? { type: 'tool', toolName: 'weather' } : 'none',
      }),
      providerOptions: { openai: { parallelToolCalls: false } },
      maxOutputTokens: 60,
      stopWhen: stepCountIs(2),
    })
    expect(execute).toHaveBeenCalledWith({ city: expect.stringMatching(/Rome|Paris/) }, expect.anything())
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', expect.stringMatching(/stop|length/)])
  })
})

describe.each([
  ['chat completions', false],
  ['responses', true],
] as const)('LangChain by %s', (_, useResponsesApi) => {
  it('is answered, whole and in pieces', async () => {
    const { baseURL, apiKey } = address('v1')
    const model = new ChatOpenAI({
      model: id,
      apiKey,
      temperature: 0,
      maxTokens: 20,
      useResponsesApi,
      configuration: { baseURL },
    })
    const messages: [string, string][] = [
      ['system', 'You are a helpful assistant.'],
      ['user', 'What is the capital of France?'],
    ]
    const answer = await model.invoke(messages)
    expect(answer.text).toBe(said)
    expect(answer.usage_metadata).toMatchObject({ input_tokens: 27 })
    let text = ''
    for await (const piece of await model.stream(messages)) text += piece.text
    expect(text).toBe(said)
  })
})
