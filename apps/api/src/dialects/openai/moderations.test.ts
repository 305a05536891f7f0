import { join } from 'node:path'
import type { Checkpoint } from '@hearth/contract'
import { family as classifier } from '@hearth/language/families/text-classifier/family'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type ScriptedChat, startScriptedChat } from '../scripted-chat-under-test.ts'
import { failure } from './failure-under-test.ts'
import { dialect } from './index.ts'
import { openaiCategories } from './moderation-categories.ts'

describe('moderations of a scripted model, through the openai client', () => {
  let chat: ScriptedChat
  let client: OpenAI
  beforeAll(async () => {
    chat = await startScriptedChat(dialect)
    client = new OpenAI({ baseURL: `${chat.url}/v1`, apiKey: chat.key, maxRetries: 0 })
  })
  afterAll(() => chat?.stop())

  const judged = (scores: Record<string, number>) => {
    const harms = Object.entries(scores).filter(([name]) => name !== 'OK')
    const categories = Object.fromEntries(harms.map(([name, score]) => [name, score >= 0.5]))
    return { flagged: Object.values(categories).includes(true), categories, scores }
  }
  const script = (...texts: Record<string, number>[]) =>
    chat.next({ output: { results: texts.map(judged), prompt_tokens: 4 } })
  const expected = <T>(value: T, found: Record<string, T>) => ({
    ...Object.fromEntries(openaiCategories.map(name => [name, value])),
    ...found,
  })

  it('are in all of the categories of OpenAI, with those that the model knows', async () => {
    script({ toxic: 0.9, severe_toxic: 0.2, obscene: 0.7, threat: 0.6, insult: 0.8, identity_hate: 0.1 })
    const answer = await client.moderations.create({ input: 'You fool!' })
    expect(chat.asked()).toMatchObject({ task: 'moderate', input: { input: ['You fool!'] } })
    expect(answer).toEqual({
      id: expect.stringMatching(/^modr-./),
      model: 'scripted',
      results: [
        {
          flagged: true,
          categories: expected(false, { harassment: true, 'harassment/threatening': true, obscene: true }),
          category_scores: expected(0, {
            harassment: 0.9,
            'harassment/threatening': 0.6,
            hate: 0.1,
            obscene: 0.7,
          }),
          category_applied_input_types: expected<string[]>([], {
            harassment: ['text'],
            'harassment/threatening': ['text'],
            hate: ['text'],
            obscene: ['text'],
          }),
        },
      ],
    })
  })

  it.each([
    ['omni-moderation-latest', undefined],
    ['omni-moderation-2024-09-26', undefined],
    ['text-moderation-latest', undefined],
    ['text-moderation-007', undefined],
    ['scripted', 'scripted'],
  ])('by %s are by %s', async (model, asked) => {
    script({ V: 0.9 })
    expect(await client.moderations.create({ model, input: 'a' })).toMatchObject({ model: 'scripted' })
    expect(chat.asked().model).toBe(asked)
  })

  it('are one for each text of a list', async () => {
    script({ S: 0.1, V2: 0.8, OK: 0.1 }, { S: 0.1, V2: 0.1, OK: 0.8 })
    const { results } = await client.moderations.create({ model: 'scripted', input: ['a', 'b'] })
    expect(chat.asked()).toMatchObject({ model: 'scripted', input: { input: ['a', 'b'] } })
    expect(results.map(({ flagged }) => flagged)).toEqual([true, false])
    expect(results[0]?.categories).toEqual(expected(false, { 'violence/graphic': true }))
    expect(results[1]?.category_scores).toEqual(expected(0, { sexual: 0.1, 'violence/graphic': 0.1 }))
  })

  it('are one for all parts of one input', async () => {
    script({ threat: 0.2, INJECTION: 0.7 }, { threat: 0.6, INJECTION: 0.3 })
    const input = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ] as const
    const { results } = await client.moderations.create({ input: [...input] })
    expect(chat.asked().input).toMatchObject({ input: ['a', 'b'] })
    expect(results.length).toBe(1)
    expect(results[0]).toMatchObject({
      flagged: true,
      categories: { 'harassment/threatening': true, INJECTION: true },
      category_scores: { 'harassment/threatening': 0.6, INJECTION: 0.7 },
    })
  })

  it('of pictures are refused', async () => {
    const picture = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } } as const
    const error = await failure(client.moderations.create({ input: [{ type: 'text', text: 'a' }, picture] }))
    expect(error).toMatchObject({ status: 400, param: 'input.1', type: 'invalid_request_error' })
    expect(error.message).toMatch(/input\.1: pictures cannot be judged here/)
  })

  it.each([
    [{}, 'input'],
    [{ input: 3 }, 'input'],
    [{ input: [] }, 'input'],
    [{ input: ['a', 3] }, 'input.1'],
    [{ input: [{ type: 'text' }] }, 'input.0.text'],
    [{ input: [{ type: 'text', text: 'a' }, 'b'] }, 'input.1'],
    [{ input: Array.from({ length: 257 }, () => 'a') }, 'input'],
    [{ input: 'a', model: '' }, 'model'],
  ])('of %j are refused with the field', async (body, param) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${chat.key}` }
    const response = await fetch(`${chat.url}/v1/moderations`, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } })
  })
})

describe('moderations by a model', () => {
  let hearth: TestInstance
  let client: OpenAI
  beforeAll(async () => {
    hearth = await startTestInstance({ models: [tinyClassifier()] })
    client = new OpenAI({ baseURL: `${hearth.url}/v1`, apiKey: hearth.key, maxRetries: 0 })
    // The worker is linked a moment after the address is there.
    const first = () => client.moderations.create({ model: 'tiny-classifier', input: 'a' })
    await vi.waitFor(first, { timeout: 60_000, interval: 200 })
  })
  afterAll(() => hearth?.stop())

  it('are its scores, of the one that is installed where none is named', async () => {
    const { model, results } = await client.moderations.create({ input: ['the cat sat on the mat.', 'a'] })
    expect(model).toBe('tiny-classifier')
    const [first, second] = results.map(({ category_scores: scores }) => scores)
    // As transformers has them: toxic, severe_toxic and insult, whose highest counts, threat, identity_hate.
    expect(first?.harassment).toBeCloseTo(0.7596174, 5)
    expect(first?.['harassment/threatening']).toBeCloseTo(0.8133892, 5)
    expect(first?.hate).toBeCloseTo(0.5378729, 5)
    expect(second?.harassment).toBeCloseTo(0.7838183, 5)
    expect(results[0]).toMatchObject({ flagged: true, categories: { hate: true, sexual: false } })
  })

  it('of models that are not there, or do something else, are refused', async () => {
    const missing = await failure(client.moderations.create({ model: 'nobody/knows', input: 'a' }))
    expect(missing).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
    const other = await failure(client.moderations.create({ model: 'toxic-bert', input: 'a' }))
    expect(other.message).toMatch(/hearth pull toxic-bert/)
    const own = await failure(client.moderations.create({ model: 'text-moderation', input: 'a' }))
    expect(own.message).toMatch(/hearth pull text-moderation/)
  })
})

/** Random weights: what it says means nothing, that it says it does. */
function tinyClassifier(): Checkpoint {
  const licence = { id: 'Apache-2.0', must_accept: false }
  const plain = { aliases: [], example_prompts: [], languages: [], digest: 'unverified', starter: false }
  const tasks = [...classifier.tasks]
  const golden = join(import.meta.dirname, '../../../../../packages/language/src/families/text-classifier/golden')
  const words = { id: 'tiny-classifier', family: classifier.id, title: '', description: '', tasks }
  return { ...plain, ...words, licence, precision: 'fp32', dir: join(golden, 'bert'), bytes: 1e5, defaults: {} }
}
