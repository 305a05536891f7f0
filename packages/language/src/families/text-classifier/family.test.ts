import { join } from 'node:path'
import { type Checkpoint, execute, type FolderView, type Model } from '@hearth/contract'
import { executorSuite, fakeContext } from '@hearth/testing'
import { describe, expect, test } from 'vitest'
import { openFolder } from '../../encoder/folder.ts'
import { cutPieces } from '../../encoder/pieces.ts'
import { task } from '../../moderate/spec.ts'
import { family as reranker } from '../reranker/family.ts'
import { family as embedder } from '../text-embedder/family.ts'
import { family } from './family.ts'
import golden from './golden/results.json' with { type: 'json' }
import { readLabels } from './labels.ts'
import { load } from './load.ts'
import { shares, worst } from './scores.ts'

const folder = join(import.meta.dirname, 'golden')
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const models = Object.entries(golden.models)

function checkpoint(name: string, defaults: Checkpoint['defaults'] = {}): Checkpoint {
  const licence = { id: 'Apache-2.0', must_accept: false }
  const plain = { aliases: [], example_prompts: [], languages: [], digest: 'unverified', starter: false }
  const words = { id: 'tiny', family: family.id, title: '', description: '', tasks: [task.id] }
  return { ...plain, ...words, licence, precision: 'fp32', dir: join(folder, name), bytes: 1e5, defaults }
}

executorSuite('text-classifier, moderate', {
  load,
  family,
  task,
  checkpoint: checkpoint('bert', { max_tokens: 24, hidden_size: 16, attention_heads: 2 }),
  input: { input: golden.texts },
  longInput: { input: Array.from({ length: 200 }, (_, i) => `the cat ${i % 2 === 0 ? 'ran' : ''}`) },
  stepsAfterAbort: 0,
})

async function withModel<T>(name: string, run: (model: Model) => Promise<T>, defaults?: Checkpoint['defaults']) {
  const model = await load(checkpoint(name, defaults), placement)
  try {
    return await run(model)
  } finally {
    await model.dispose()
  }
}

async function ask(model: Model, input: object) {
  return task.output.parse(await execute(model, task, input, fakeContext()))
}

/** The greatest difference of two texts' scores, which must be of the same labels. */
function distance(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>> = {}): number {
  expect(Object.keys(a)).toEqual(Object.keys(b))
  return Math.max(...Object.entries(a).map(([name, score]) => Math.abs(score - (b[name] ?? Number.NaN))))
}

describe.each(models)('%s scores as transformers does', (name, expected) => {
  test('every text, in any company, with exact counts of tokens', () =>
    withModel(name, async model => {
      const { results, prompt_tokens } = await ask(model, { input: golden.texts })
      expect(prompt_tokens).toBe(expected.tokens)
      expect(results.length).toBe(golden.texts.length)
      for (const [at, { scores }] of results.entries()) {
        expect(distance(scores, expected.scores[at])).toBeLessThan(1e-5)
        const alone = await ask(model, { input: golden.texts[at] })
        expect(distance(alone.results[0]?.scores ?? {}, expected.scores[at])).toBeLessThan(1e-5)
      }
    }))

  test('and of a long text the worst of its pieces', () =>
    withModel(name, async model => {
      const tokens = [...'abcdefghijklmnopqrstuvwxyz.', 'red', 'dog', 'ran', ...'zyxwvutsrqponmlkjihgfedcba']
      const pieces = cutPieces(
        tokens.map((_, at) => at),
        { room: 22, overlap: 5, most: 100 },
      ).map(piece => piece.map(at => tokens[at]).join(' '))
      expect(pieces.length).toBeGreaterThan(2)
      const apart = await ask(model, { input: pieces })
      const together = await ask(model, { input: tokens.join(' ') })
      expect(together.results.length).toBe(1)
      expect(together.prompt_tokens).toBe(apart.prompt_tokens)
      const expected = Object.keys(together.results[0]?.scores ?? {}).map(label => {
        const scores = apart.results.map(({ scores }) => scores[label] ?? Number.NaN)
        return [label, ['OK', 'SAFE'].includes(label) ? Math.min(...scores) : Math.max(...scores)] as const
      })
      expect(distance(together.results[0]?.scores ?? {}, Object.fromEntries(expected))).toBeLessThan(1e-5)
    }))
})

test('a text is of the categories that reach the threshold, and flagged if there is one', () =>
  withModel('bert', async model => {
    const [first] = golden.models.bert.scores
    const at = async (threshold?: number) =>
      (await ask(model, { input: golden.texts[0], ...(threshold === undefined ? {} : { threshold }) })).results[0]
    const reached = (least: number) =>
      Object.fromEntries(Object.entries(first ?? {}).map(([name, score]) => [name, score >= least]))
    expect(await at()).toMatchObject({ flagged: true, categories: reached(0.5) })
    expect(await at(0.8)).toMatchObject({ flagged: true, categories: reached(0.8) })
    expect(Object.values(reached(0.8))).toContain(false)
    expect(await at(0.99)).toMatchObject({ flagged: false, categories: reached(0.99) })
  }))

test('labels that say that nothing is wrong have scores, and are no categories', () =>
  withModel('roberta', async model => {
    const { results } = await ask(model, { input: golden.texts, threshold: 0 })
    for (const { flagged, categories, scores } of results) {
      expect(flagged).toBe(true)
      expect(Object.keys(categories)).toEqual(['S', 'H', 'V', 'HR', 'SH', 'S3', 'H2', 'V2'])
      expect(scores.OK).toBeGreaterThan(0)
    }
  }))

test('a checkpoint may say that less is read at once', () =>
  withModel(
    'distilbert',
    async model => {
      const { prompt_tokens } = await ask(model, { input: 'a b c d e f g h i j' })
      // Pieces of six tokens and two marks, of which neighbours share one.
      expect(prompt_tokens).toBe(8 + 7)
    },
    { max_tokens: 8 },
  ))

describe('folders', () => {
  test.each(models)('of %s are recognised, and are no other family', async name => {
    const view = await openFolder(join(folder, name))
    expect(await family.describe?.(view)).toMatchObject({
      title: `Text classifier (${name})`,
      tasks: ['moderate'],
      precision: 'fp32',
      defaults: { max_tokens: 24, hidden_size: 16, attention_heads: 2 },
    })
    expect(await reranker.describe?.(view)).toBeUndefined()
    expect(await embedder.describe?.(view)).toBeUndefined()
  })

  test.each(['reranker/golden/bert', 'reranker/golden/xlm-roberta', 'text-embedder/golden/tiny'])(
    'of %s are none of this family',
    async path => {
      expect(await family.describe?.(await openFolder(join(folder, '../..', path)))).toBeUndefined()
    },
  )

  test('are recognised by labels that tell right from wrong', async () => {
    const labelled = (labels: readonly string[], more: object = {}) => described({ id2label: { ...labels }, ...more })
    const multi = { problem_type: 'multi_label_classification' }
    expect(await labelled(['neutral', 'toxic'])).toBeDefined()
    expect(await labelled(['toxic', 'threat'], multi)).toBeDefined()
    expect(await labelled(['NEGATIVE', 'POSITIVE'])).toBeUndefined()
    expect(await labelled(['LABEL_0', 'LABEL_1'], multi)).toBeUndefined()
    expect(await labelled(['safe', 'ok'], multi)).toBeUndefined()
    expect(await labelled(['safe', 'toxic'], { problem_type: 'regression' })).toBeUndefined()
    expect(await labelled(['safe', 'toxic'], { architectures: ['BertForTokenClassification'] })).toBeUndefined()
  })
})

async function described(config: object) {
  const whole = { model_type: 'bert', architectures: ['BertForSequenceClassification'], ...config }
  const view: FolderView = {
    files: ['config.json', 'tokenizer.json', 'onnx/model.onnx'].map(path => ({ path, bytes: 500 })),
    json: async path => (path === 'config.json' ? whole : undefined),
  }
  return family.describe?.(view)
}

test('labels are known by their names', () => {
  const kinds = (...names: string[]) => readLabels(Object.fromEntries(names.entries()))?.map(({ kind }) => kind)
  expect(kinds('OK', 'safe', 'non-toxic', 'Not_Offensive', 'Neutral')).toEqual(Array(5).fill('fine'))
  expect(kinds('toxic', 'INJECTION', 'S', 'unsafe', 'not ok')).toEqual(Array(5).fill('harm'))
  expect(kinds('male', 'homosexual_gay_or_lesbian', 'identity_attack')).toEqual(['mention', 'mention', 'harm'])
  expect(readLabels({ 0: 'toxic', 2: 'threat' })).toBeUndefined()
  expect(readLabels({ 0: 'toxic', 1: 'toxic' })).toBeUndefined()
  expect(readLabels({ 0: 'toxic', 1: 'LABEL_1' })).toBeUndefined()
})

test('scores stay finite for numbers of any size', () => {
  expect(shares(new Float32Array([1000, 0, -1000]), false)).toEqual([1, 0, 0])
  expect(shares(new Float32Array([1000, 0, -1000]), true)).toEqual([1, 0.5, 0])
  const labels = readLabels({ 0: 'toxic', 1: 'OK' }) ?? []
  expect(
    worst(labels, [
      [0.1, 0.9],
      [0.7, 0.3],
    ]),
  ).toEqual([0.7, 0.3])
})
