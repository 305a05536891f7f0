import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, execute, type Model } from '@hearth/contract'
import { executorSuite, fakeContext } from '@hearth/testing'
import { describe, expect, test } from 'vitest'
import { cutPieces } from '../../encoder/pieces.ts'
import { task } from '../../rerank/spec.ts'
import { family } from './family.ts'
import golden from './golden/results.json' with { type: 'json' }
import { load } from './load.ts'

const folder = join(import.meta.dirname, 'golden')
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const models = Object.entries(golden.models)

function checkpoint(dir: string, defaults: Checkpoint['defaults'] = {}): Checkpoint {
  const licence = { id: 'Apache-2.0', must_accept: false }
  const plain = {
    aliases: [],
    example_prompts: [],
    languages: [],
    digest: 'unverified',
    starter: false,
    tasks: [task.id],
  }
  const words = { id: 'tiny', family: family.id, title: '', description: '' }
  return { ...plain, ...words, licence, precision: 'fp32', dir, bytes: 1e5, defaults }
}

executorSuite('reranker, rerank', {
  load,
  family,
  task,
  checkpoint: checkpoint(join(folder, 'bert'), { max_tokens: 24, hidden_size: 16, attention_heads: 2 }),
  input: { query: golden.query, documents: golden.documents },
  longInput: { query: 'red', documents: Array.from({ length: 900 }, (_, i) => `the cat ${i % 2 === 0 ? 'ran' : ''}`) },
  stepsAfterAbort: 0,
})

async function withModel<T>(name: string, defaults: Checkpoint['defaults'], run: (model: Model) => Promise<T>) {
  const model = await load(checkpoint(join(folder, name), defaults), placement)
  try {
    return await run(model)
  } finally {
    await model.dispose()
  }
}

async function ask(model: Model, input: object) {
  return task.output.parse(await execute(model, task, input, fakeContext()))
}

const whole = { query: golden.query, documents: golden.documents }

describe.each(models)('%s scores as transformers does', (name, expected) => {
  test('every document, best first, with exact counts of tokens', () =>
    withModel(name, {}, async model => {
      const { results, prompt_tokens } = await ask(model, whole)
      expect(prompt_tokens).toBe(expected.tokens)
      const order = expected.scores.map((score, index) => ({ score, index })).sort((a, b) => b.score - a.score)
      expect(results.map(({ index }) => index)).toEqual(order.map(({ index }) => index))
      for (const { index, relevance_score } of results) {
        expect(Math.abs(relevance_score - (expected.scores[index] ?? 0))).toBeLessThan(1e-5)
      }
      expect((await ask(model, { ...whole, top_n: 2 })).results).toEqual(results.slice(0, 2))
      expect((await ask(model, { ...whole, top_n: 100 })).results).toEqual(results)
    }))

  test('and of a long document, its best piece', () =>
    withModel(name, {}, async model => {
      // Long enough for three pieces; what answers is in the last of them.
      const filling = Array.from({ length: 40 }, (_, i) => 'abcdefghij'[i % 10]).join(' ')
      const long = `${filling} red red red`
      const room = 24 - golden.query.split(/[ ?]/).length - (name === 'bert' ? 3 : 4)
      const tokens = long.split(' ')
      const pieces = cutPieces(
        tokens.map((_, i) => i),
        { room, overlap: 4, most: 1024 },
      ).map(piece => piece.map(i => tokens[i]).join(' '))
      expect(pieces.length).toBeGreaterThan(2)
      const apart = await ask(model, { query: golden.query, documents: pieces })
      const together = await ask(model, { query: golden.query, documents: [long], overlap_tokens: 4 })
      expect(together.results).toEqual([{ index: 0, relevance_score: expect.closeTo(best(apart.results), 6) }])
      expect(together.prompt_tokens).toBe(apart.prompt_tokens)
      const first = await ask(model, {
        query: golden.query,
        documents: [long],
        overlap_tokens: 4,
        max_chunks_per_doc: 1,
      })
      const alone = await ask(model, { query: golden.query, documents: [pieces[0]] })
      expect(first.prompt_tokens).toBe(alone.prompt_tokens)
      expect(first.results[0]?.relevance_score).toBeCloseTo(best(alone.results), 6)
    }))
})

function best(results: readonly { relevance_score: number }[]): number {
  return Math.max(...results.map(({ relevance_score }) => relevance_score))
}

test('a question that leaves no room is refused with its length', () =>
  withModel('bert', { max_tokens: 12 }, async model => {
    const query = 'a b c d e f g h i'
    await expect(ask(model, { query, documents: ['a'] })).rejects.toMatchObject({
      code: 'invalid-input',
      path: ['query'],
      message: /query has 9 tokens.* reads 12 in all$/,
    })
    const shorter = { query: 'a b c d e f', documents: ['a b c d e f g h'] }
    expect((await ask(model, shorter)).results.length).toBe(1)
    await expect(ask(model, { ...shorter, overlap_tokens: 3 })).rejects.toMatchObject({
      message: /neighbouring pieces share 3$/,
    })
  }))

describe('pieces', () => {
  const tokens = Array.from({ length: 10 }, (_, i) => i)
  const cut = (room: number, overlap: number, most = 100) => cutPieces(tokens, { room, overlap, most })

  test('are one where all of it fits, or where there is nothing', () => {
    expect(cut(10, 3)).toEqual([tokens])
    expect(cutPieces([], { room: 5, overlap: 0, most: 3 })).toEqual([[]])
  })

  test('share what they are told to, and end with the document', () => {
    expect(cut(4, 0)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ])
    expect(cut(4, 2)).toEqual([
      [0, 1, 2, 3],
      [2, 3, 4, 5],
      [4, 5, 6, 7],
      [6, 7, 8, 9],
    ])
    expect(cut(4, 3, 2)).toEqual([
      [0, 1, 2, 3],
      [1, 2, 3, 4],
    ])
  })
})

test('a classifier of several labels is no reranker', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'reranker-'))
  try {
    await cp(join(folder, 'bert'), dir, { recursive: true })
    const config = JSON.parse(await readFile(join(dir, 'config.json'), 'utf8')) as object
    const labels = { 0: 'good', 1: 'bad' }
    await writeFile(join(dir, 'config.json'), JSON.stringify({ ...config, id2label: labels }))
    await expect(load(checkpoint(dir), placement)).rejects.toMatchObject({ code: 'model-broken' })
  } finally {
    await rm(dir, { recursive: true })
  }
})
