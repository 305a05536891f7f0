import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, type FolderView } from '@hearth/contract'
import { describe, expect, test } from 'vitest'
import rerankers from '../families/reranker/checkpoints.json' with { type: 'json' }
import { family as reranker } from '../families/reranker/family.ts'
import classifiers from '../families/text-classifier/checkpoints.json' with { type: 'json' }
import { family as classifier } from '../families/text-classifier/family.ts'
import embedders from '../families/text-embedder/checkpoints.json' with { type: 'json' }
import { family as embedder } from '../families/text-embedder/family.ts'
import { batchTokens, cutBatches } from './batches.ts'
import { guessTokens } from './estimate.ts'
import { openFolder } from './folder.ts'

const families = join(import.meta.dirname, '../families')
const kinds = [
  { family: embedder, entries: embedders.map(entry => checkpointEntry.parse(entry)) },
  { family: reranker, entries: rerankers.map(entry => checkpointEntry.parse(entry)) },
  { family: classifier, entries: classifiers.map(entry => checkpointEntry.parse(entry)) },
]

/** A folder of which names and settings are known. */
function listed(
  settings: Record<string, object>,
  graphs: Record<string, number> = { 'onnx/model.onnx': 4e6 },
): FolderView {
  const files = Object.keys(settings).map(path => ({ path, bytes: 500 }))
  const graphFiles = Object.entries(graphs).map(([path, bytes]) => ({ path, bytes }))
  return {
    files: [{ path: 'tokenizer.json', bytes: 500 }, ...files, ...graphFiles],
    json: async path => settings[path],
  }
}

const bert = {
  model_type: 'bert',
  architectures: ['BertModel'],
  hidden_size: 100,
  num_hidden_layers: 2,
  vocab_size: 1e4,
}
const described = async (settings: Record<string, object>, graphs?: Record<string, number>) => ({
  embedder: await embedder.describe?.(listed(settings, graphs)),
  reranker: await reranker.describe?.(listed(settings, graphs)),
})

describe('recognising folders', () => {
  test('of the tests', async () => {
    const at = (path: string) => openFolder(join(families, path))
    expect(await embedder.describe?.(await at('text-embedder/golden/tiny'))).toMatchObject({
      title: 'Text embedder (bert)',
      tasks: ['embed-text'],
      precision: 'fp32',
      defaults: { max_tokens: 24, hidden_size: 16, attention_heads: 2 },
    })
    expect(await reranker.describe?.(await at('text-embedder/golden/tiny'))).toBeUndefined()
    for (const [name, tokens] of [
      ['bert', 24],
      ['xlm-roberta', 24],
    ] as const) {
      expect(await reranker.describe?.(await at(`reranker/golden/${name}`))).toMatchObject({
        title: `Reranker (${name})`,
        tasks: ['rerank'],
        defaults: { max_tokens: tokens },
      })
      expect(await embedder.describe?.(await at(`reranker/golden/${name}`))).toBeUndefined()
    }
  })

  test('by what they are marked as, or as bare encoders', async () => {
    expect((await described({ 'config.json': bert })).embedder).toBeDefined()
    const other = { model_type: 'gemma', architectures: ['GemmaModel'] }
    expect(await described({ 'config.json': other })).toEqual({ embedder: undefined, reranker: undefined })
    expect((await described({ 'config.json': other, 'modules.json': [] })).embedder).toBeDefined()
    const judge = { ...bert, architectures: ['BertForSequenceClassification'], id2label: { 0: 'LABEL_0' } }
    expect(await described({ 'config.json': judge })).toMatchObject({ embedder: undefined, reranker: {} })
    for (const config of [
      { ...judge, id2label: undefined },
      { ...judge, id2label: { 0: 'a', 1: 'b' } },
    ]) {
      expect(await described({ 'config.json': config })).toEqual({ embedder: undefined, reranker: undefined })
    }
    const sees = { 'config.json': bert, 'preprocessor_config.json': {} }
    expect(await described(sees)).toEqual({ embedder: undefined, reranker: undefined })
    expect(await described({ 'config.json': bert }, { 'model.safetensors': 1 })).toMatchObject({ embedder: undefined })
  })

  test('with the least of the limits on length that their files name', async () => {
    const tokens = async (settings: Record<string, object>) => (await described(settings)).embedder?.defaults.max_tokens
    const config = (more: object) => ({ 'config.json': { ...bert, ...more } })
    expect(await tokens(config({ max_position_embeddings: 512 }))).toBe(512)
    expect(await tokens(config({ model_type: 'xlm-roberta', pad_token_id: 1, max_position_embeddings: 8194 }))).toBe(
      8192,
    )
    expect(await tokens({ ...config({}), 'tokenizer_config.json': { model_max_length: 1e30 } })).toBe(512)
    const sentence = { 'sentence_bert_config.json': { max_seq_length: 256 } }
    expect(await tokens({ ...config({}), ...sentence, 'tokenizer_config.json': { model_max_length: 300 } })).toBe(256)
  })

  test('with the precision that the graph is called by, or that its size shows', async () => {
    const precision = async (graphs: Record<string, number>) =>
      (await described({ 'config.json': bert }, graphs)).embedder?.precision
    // 1,240,000 weights.
    expect(await precision({ 'onnx/model.onnx': 5e6 })).toBe('fp32')
    expect(await precision({ 'model.onnx': 2.5e6 })).toBe('fp16')
    expect(await precision({ 'model.onnx': 1.3e6 })).toBe('int8')
    expect(await precision({ 'onnx/model.onnx': 1e5, 'onnx/model.onnx_data': 5e6 })).toBe('fp32')
    expect(await precision({ 'onnx/model_quantized.onnx': 5e6 })).toBe('int8')
    expect(await precision({ 'onnx/model_quantized.onnx': 5e6, 'onnx/model_fp16.onnx': 5e6 })).toBe('fp16')
    expect(await precision({ 'onnx/model_q4.onnx': 5e6 })).toBeUndefined()
  })
})

describe('batches', () => {
  test('hold rows of like length, each row once, and not too many tokens', () => {
    const lengths = Array.from({ length: 500 }, (_, i) => 1 + ((i * 7919) % 700))
    const batches = cutBatches(lengths)
    expect(batches.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i))
    const padded = batches.map(batch => batch.length * Math.max(...batch.map(i => lengths[i] ?? 0)))
    expect(Math.max(...padded)).toBeLessThanOrEqual(batchTokens)
    const read = lengths.reduce((sum, length) => sum + length, 0)
    expect(padded.reduce((sum, tokens) => sum + tokens, 0)).toBeLessThan(1.1 * read)
  })

  test('hold a row that is too long for any by itself, and so many rows at most', () => {
    expect(cutBatches([5, 9000, 5])).toEqual([[1], [0, 2]])
    expect(cutBatches(Array.from({ length: 130 }, () => 1)).map(({ length }) => length)).toEqual([64, 64, 2])
    expect(cutBatches([])).toEqual([])
  })
})

describe.each(kinds)('the catalogue of $family.id', ({ family, entries }) => {
  test('has sources, sizes, licences and the files that are needed', () => {
    for (const entry of entries) {
      expect([entry.id, entry.licence.url?.startsWith('https://')]).toEqual([entry.id, true])
      const paths = [...entry.paths, ...entry.files.map(({ path }) => path)]
      expect(paths).toEqual(expect.arrayContaining(['config.json', 'tokenizer.json', 'tokenizer_config.json']))
      expect(paths.some(path => path.endsWith('.onnx'))).toBe(true)
      expect(entry.defaults).toMatchObject({ max_tokens: expect.any(Number), hidden_size: expect.any(Number) })
    }
    const starter = entries.find(({ starter }) => starter)
    if (starter) expect(starter.files.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(starter.bytes)
  })

  test('is estimated by weights, and by how long the texts are', () => {
    const large = entries.find(({ id }) => ['bge-m3', 'bge-reranker-v2-m3', 'text-moderation'].includes(id))!
    const checkpoint: Checkpoint = { ...large, family: family.id, dir: '', digest: '', tasks: [...family.tasks] }
    const input = (text: string) => ({ texts: [text], query: 'red', documents: [text], input: text })
    const short = family.estimate(checkpoint, input('a cat'))
    expect(short).toBeGreaterThan(large.bytes)
    expect(family.estimate(checkpoint, input('a cat '.repeat(2000)))).toBeGreaterThan(short + 1e8)
  })
})

test('tokens are guessed from above, in English and in Chinese', () => {
  expect(guessTokens('the quick brown fox jumps over the lazy dog')).toBeGreaterThan(9)
  expect(guessTokens('猫は窓のそばで眠っている')).toBeGreaterThan(12)
})
