import { join } from 'node:path'
import type { Checkpoint } from '@hearth/contract'
import { family as reranker } from '@hearth/language/families/reranker/family'
import embedders from '@hearth/language/families/text-embedder/checkpoints.json' with { type: 'json' }
import { family as embedder } from '@hearth/language/families/text-embedder/family'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { pulledModel } from '@hearth/testing/pulled-model'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { failure } from './failure-under-test.ts'

const repo = join(import.meta.dirname, '../../../../..')
const model = 'starter-embedder'
let hearth: TestInstance
let client: OpenAI

/** A tiny cross-encoder with random weights: what it says means nothing, that it says it does. */
function tinyReranker(): Checkpoint {
  const licence = { id: 'Apache-2.0', must_accept: false }
  const plain = {
    aliases: [],
    example_prompts: [],
    languages: [],
    digest: 'unverified',
    starter: false,
    tasks: [...reranker.tasks],
  }
  const dir = join(repo, 'packages/language/src/families/reranker/golden/bert')
  const words = { id: 'tiny-reranker', family: reranker.id, title: '', description: '' }
  return { ...plain, ...words, licence, precision: 'fp32', dir, bytes: 1e5, defaults: {} }
}

beforeAll(async () => {
  const models = [await pulledModel(embedder, embedders, model), tinyReranker()]
  hearth = await startTestInstance({ models })
  client = new OpenAI({ baseURL: `${hearth.url}/v1`, apiKey: hearth.key, maxRetries: 0 })
  // The worker is linked a moment after the address is there.
  const first = async () => expect((await post('/v1/embeddings', { model, input: 'a' })).status).toBe(200)
  await vi.waitFor(first, { timeout: 60_000, interval: 200 })
})
afterAll(() => hearth?.stop())

function post(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return hearth.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

const cat = 'A cat sleeps in the sun.'
const kitten = 'A kitten naps on a warm wall.'
const rates = 'Interest rates rose again in March.'

const dot = (a: readonly number[] = [], b: readonly number[] = []) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

describe('embeddings through the openai client', () => {
  it('come as the client asks for them by itself, in base64', async () => {
    const { data, usage, ...rest } = await client.embeddings.create({ model, input: [cat, kitten, rates] })
    expect(rest).toMatchObject({ object: 'list', model })
    expect(data.map(({ index, object }) => [index, object])).toEqual([0, 1, 2].map(index => [index, 'embedding']))
    const vectors = data.map(({ embedding }) => Array.from(embedding))
    expect(vectors.map(({ length }) => length)).toEqual([384, 384, 384])
    for (const vector of vectors) expect(dot(vector, vector)).toBeCloseTo(1, 5)
    expect(dot(vectors[0], vectors[1])).toBeGreaterThan(dot(vectors[0], vectors[2]) + 0.2)
    expect(usage).toMatchObject({ prompt_tokens: 9 + 11 + 9, total_tokens: 29 })
  })

  it('are the same numbers as floats', async () => {
    const packed = await client.embeddings.create({ model, input: cat })
    const raw = await post('/v1/embeddings', { model, input: cat, encoding_format: 'base64' })
    const { data } = (await raw.json()) as { data: { embedding: string }[] }
    expect(typeof data[0]?.embedding).toBe('string')
    expect(Buffer.from(data[0]?.embedding ?? '', 'base64').length).toBe(4 * 384)
    const floats = await client.embeddings.create({ model, input: cat, encoding_format: 'float' })
    expect(floats.data[0]?.embedding.map(Math.fround)).toEqual(Array.from(packed.data[0]?.embedding ?? []))
    // Whoever asks for nothing is given numbers, as OpenAI does.
    const plain = (await (await post('/v1/embeddings', { model, input: [cat] })).json()) as typeof floats
    expect(plain.data[0]?.embedding).toEqual(floats.data[0]?.embedding)
  })

  it('are made of up to 2,048 texts, and of no more', async () => {
    const input = Array.from({ length: 2048 }, (_, i) => `n ${i % 10}`)
    const { data, usage } = await client.embeddings.create({ model, input })
    expect(data.length).toBe(2048)
    expect(usage.prompt_tokens).toBe(2048 * 4)
    expect(data[2047]?.index).toBe(2047)
    const [, , third] = (await client.embeddings.create({ model, input: ['n 7', 'n 8', 'n 7'] })).data
    expect(dot(Array.from(third?.embedding ?? []), Array.from(data[2047]?.embedding ?? []))).toBeCloseTo(1, 4)
    const more = client.embeddings.create({ model, input: [...input, 'one'] })
    expect(await failure(more)).toMatchObject({ status: 400, param: 'input' })
  })

  it('of a size that the model was not trained for are refused', async () => {
    expect((await client.embeddings.create({ model, input: cat, dimensions: 384 })).data.length).toBe(1)
    const error = await failure(client.embeddings.create({ model, input: cat, dimensions: 128 }))
    expect(error).toMatchObject({ status: 400, param: 'dimensions', type: 'invalid_request_error' })
    expect(error.message).toMatch(/gives 384, not 128.*matryoshka/)
  })

  it('of a text that is too long are an error with its length, unless it is to be cut', async () => {
    const long = 'word '.repeat(300)
    const error = await failure(client.embeddings.create({ model, input: [cat, long] }))
    expect(error).toMatchObject({ status: 400, param: 'input.1', code: 'invalid_input' })
    expect(error.message).toMatch(/input\.1 has 302 tokens, the model reads 256 at most/)
    const alone = await failure(client.embeddings.create({ model, input: long }))
    expect(alone).toMatchObject({ param: 'input', message: expect.stringContaining('input has 302 tokens') })
    const cut = await post('/v1/embeddings', { model, input: long, truncate: true })
    expect(await cut.json()).toMatchObject({ usage: { prompt_tokens: 256 } })
  })

  it.each([[[1, 2, 3]], [[[1, 2], [3]]]])('of numbers of tokens %j are refused with the reason', async input => {
    const error = await failure(client.embeddings.create({ model, input }))
    expect(error).toMatchObject({ status: 400, param: 'input' })
    expect(error.message).toMatch(/not numbers of tokens.*check_embedding_ctx_length/)
  })

  it('name what is wrong', async () => {
    const bad: [object, string][] = [
      [{ model, input: '' }, 'input'],
      [{ model, input: [] }, 'input'],
      [{ model, input: [cat, ''] }, 'input.1'],
      [{ model, input: [cat, 3] }, 'input.1'],
      [{ model }, 'input'],
      [{ input: cat }, 'model'],
      [{ model, input: cat, encoding_format: 'hex' }, 'encoding_format'],
    ]
    for (const [body, param] of bad) {
      const response = await post('/v1/embeddings', body)
      expect([body, response.status]).toEqual([body, 400])
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } })
    }
    const missing = await failure(client.embeddings.create({ model: 'text-embedding-9', input: cat }))
    expect(missing).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
    const other = await failure(client.embeddings.create({ model: 'bge-m3', input: cat }))
    expect(other.message).toMatch(/hearth pull bge-m3/)
    const stranger = new OpenAI({ baseURL: `${hearth.url}/v1`, apiKey: 'hk_wrong', maxRetries: 0 })
    expect(await failure(stranger.embeddings.create({ model, input: cat }))).toMatchObject({ status: 401 })
  })

  it('are listed under the name that clients of SiliconFlow ask for', async () => {
    const response = await hearth.request('/v1/models?sub_type=embed-text')
    expect(await response.json()).toMatchObject({ data: [{ id: model }] })
  })
})

describe('reranking', () => {
  const order = {
    model: 'tiny-reranker',
    query: 'what is red?',
    documents: ['the apple is red.', 'the dog ran', '', 'red red red'],
  }
  interface Answer {
    results: { index: number; relevance_score: number; document?: { text: string } }[]
  }

  it.each(['/v1/rerank', '/rerank', '/v2/rerank'])('answers at %s for readers of three kinds', async path => {
    const response = await post(path, order)
    expect(response.status).toBe(200)
    const answer = (await response.json()) as Answer
    const tokens = { input_tokens: 39, output_tokens: 0 }
    expect(answer).toMatchObject({
      id: expect.any(String),
      model: 'tiny-reranker',
      tokens,
      meta: { tokens, billed_units: { search_units: 1 } },
      usage: { total_tokens: 39 },
    })
    const scores = answer.results.map(({ relevance_score }) => relevance_score)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(answer.results.map(({ index }) => index)).toEqual([3, 0, 1, 2])
    expect(answer.results[0]).not.toHaveProperty('document')
  })

  it('gives the best with their texts, whichever way documents are written', async () => {
    const documents = order.documents.map(text => ({ text }))
    const response = await post('/v1/rerank', { ...order, documents, top_n: 2, return_documents: true })
    const { results } = (await response.json()) as Answer
    expect(results.map(({ document }) => document)).toEqual([{ text: 'red red red' }, { text: 'the apple is red.' }])
  })

  it('cuts long documents', async () => {
    const long = { ...order, documents: ['a b c d e f g h i j '.repeat(4)] }
    const total = async (more: object) => {
      const answer = await (await post('/v1/rerank', { ...long, ...more })).json()
      return (answer as { usage: { total_tokens: number } }).usage.total_tokens
    }
    expect(await total({})).toBeGreaterThan(40)
    expect(await total({ max_chunks_per_doc: 1 })).toBe(24)
    expect(await total({ overlap_tokens: 5 })).toBeGreaterThan(await total({}))
  })

  it('names what is wrong in the words of this dialect', async () => {
    const bad: [object, string][] = [
      [{ ...order, query: '' }, 'query'],
      [{ ...order, documents: [] }, 'documents'],
      [{ ...order, documents: ['a', 7] }, 'documents.1'],
      [{ ...order, top_n: 0 }, 'top_n'],
      [{ ...order, overlap_tokens: 81 }, 'overlap_tokens'],
      [{ ...order, query: 'a '.repeat(30) }, 'query'],
      [{ ...order, model: undefined }, 'model'],
    ]
    for (const [body, param] of bad) {
      const response = await post('/rerank', body)
      expect([param, response.status]).toEqual([param, 400])
      expect(await response.json()).toMatchObject({
        error: { type: 'invalid_request_error', param },
        detail: expect.any(String),
      })
    }
    const wrong = await post('/v1/rerank', { ...order, model })
    expect(wrong.status).toBe(400)
    expect(await wrong.json()).toMatchObject({ error: { param: 'model', message: expect.stringContaining(model) } })
  })
})
