import { setImmediate as turn } from 'node:timers/promises'
import { AppError, perform, type RunContext } from '@hearth/contract'
import { runBatches } from '../../encoder/batches.ts'
import type { EncoderGraph } from '../../encoder/graph.ts'
import { cutPieces } from '../../encoder/pieces.ts'
import type { Row } from '../../encoder/row.ts'
import type { Words } from '../../encoder/words.ts'
import { task } from '../../moderate/spec.ts'
import type { Label } from './labels.ts'
import { shares, worst } from './scores.ts'

/** A model that tells what is wrong with a text. */
export interface Classifier {
  words: Words
  graph: EncoderGraph
  /** The output that is read: a number for each label of each text. */
  output: string
  labels: readonly Label[]
  /** Whether each label is judged by itself. */
  apart: boolean
  maxTokens: number
}

/** Texts between two looks at the abort signal while they are cut. */
const atOnce = 64
/** Tokens that neighbouring pieces share, so that what is cut apart in one is whole in the other. */
const overlap = 32

/** What is wrong with texts, in their order; of a long one its worst piece counts. */
export function moderate(classifier: Classifier) {
  return perform(task, async ({ input, threshold }, context) => {
    const texts = [input].flat()
    const pieces = await readPieces(classifier, texts, context)
    const rows = pieces.map(({ row }) => row)
    const scores = await runBatches(rows, context, batch => scoreRows(classifier, batch))
    const found = texts.map((): number[][] => [])
    for (const [at, { index }] of pieces.entries()) found[index]?.push(scores[at] ?? [])
    return {
      results: found.map(pieces => verdict(classifier.labels, worst(classifier.labels, pieces), threshold)),
      prompt_tokens: rows.reduce((sum, { ids }) => sum + ids.length, 0),
    }
  })
}

/** Each text in pieces that the model can read. */
async function readPieces(
  { words, maxTokens }: Classifier,
  texts: readonly string[],
  context: RunContext,
): Promise<{ index: number; row: Row }[]> {
  const room = Math.max(1, maxTokens - words.marks.one)
  const cut = { room, overlap: Math.min(overlap, Math.floor(room / 4)), most: Number.POSITIVE_INFINITY }
  const pieces: { index: number; row: Row }[] = []
  for (const [index, text] of texts.entries()) {
    if (index % atOnce === 0) {
      await turn()
      context.signal.throwIfAborted()
    }
    for (const piece of cutPieces(words.tokens(text), cut)) pieces.push({ index, row: words.one(piece) })
  }
  return pieces
}

async function scoreRows({ graph, output, labels, apart }: Classifier, rows: readonly Row[]): Promise<number[][]> {
  const { data } = await graph.run(rows, output)
  const width = labels.length
  if (data.length !== rows.length * width) {
    throw new AppError(
      'model-broken',
      `the model gives ${data.length} scores for ${rows.length} texts, not ${width} each`,
    )
  }
  return rows.map((_, at) => shares(data.subarray(at * width, (at + 1) * width), apart))
}

function verdict(labels: readonly Label[], scores: readonly number[], threshold: number) {
  const named = labels.map(({ name, kind }, at) => ({ name, kind, score: scores[at] ?? 0 }))
  const harms = named.filter(({ kind }) => kind === 'harm')
  return {
    flagged: harms.some(({ score }) => score >= threshold),
    categories: Object.fromEntries(harms.map(({ name, score }) => [name, score >= threshold])),
    scores: Object.fromEntries(named.map(({ name, score }) => [name, score])),
  }
}
