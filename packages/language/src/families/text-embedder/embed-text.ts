import { setImmediate as turn } from 'node:timers/promises'
import { AppError, perform, type RunContext } from '@hearth/contract'
import { task } from '../../embed-text/spec.ts'
import { runBatches } from '../../encoder/batches.ts'
import type { EncoderGraph } from '../../encoder/graph.ts'
import type { Row } from '../../encoder/row.ts'
import type { Words } from '../../encoder/words.ts'
import { nineDigits } from './nine-digits.ts'
import { type Pooling, pool, unit } from './pooling.ts'

/** A model that makes vectors of texts. */
export interface Embedder {
  words: Words
  graph: EncoderGraph
  /** The output that is read. */
  output: string
  pooling: Pooling
  normalize: boolean
  /** Numbers of a whole vector. */
  size: number
  /** Sizes that vectors may be cut to; empty where the model was not trained for that. */
  cuts: readonly number[]
  maxTokens: number
}

/** Texts between two looks at the abort signal while their tokens are counted. */
const atOnce = 64

/** Vectors of texts, in their order. */
export function embedText(embedder: Embedder) {
  return perform(task, async ({ texts, dimensions, truncate }, context) => {
    const size = checkDimensions(embedder, dimensions)
    const { rows, truncated } = await readRows(embedder, texts, truncate, context)
    const vectors = await runBatches(rows, context, batch => embedRows(embedder, batch))
    const finished = vectors.map(vector => finish(vector, size, embedder.normalize))
    return {
      embeddings: finished.map(vector => Array.from(vector, nineDigits)),
      dimensions: size,
      prompt_tokens: rows.reduce((sum, { ids }) => sum + ids.length, 0),
      truncated,
    }
  })
}

/** @throws AppError `invalid-input` for a size that the model's vectors cannot be cut to. */
function checkDimensions({ size, cuts }: Embedder, wanted = size): number {
  if (wanted === size) return size
  const least = Math.min(...cuts)
  if (wanted < size && wanted >= least) return wanted
  const hint =
    cuts.length === 0
      ? `Leave dimensions out, or use a model that was trained to be cut (matryoshka).`
      : `It can be cut to ${least} to ${size}.`
  throw new AppError('invalid-input', `dimensions: this model gives ${size}, not ${wanted}`, {
    path: ['dimensions'],
    hint,
  })
}

/** Texts as the model reads them. @throws AppError `invalid-input` for one that is too long, with its length. */
async function readRows(
  { words, maxTokens }: Embedder,
  texts: readonly string[],
  truncate: boolean,
  context: RunContext,
): Promise<{ rows: Row[]; truncated: number[] }> {
  const room = maxTokens - words.marks.one
  const rows: Row[] = []
  const truncated: number[] = []
  for (const [index, text] of texts.entries()) {
    if (index % atOnce === 0) {
      await turn()
      context.signal.throwIfAborted()
    }
    const tokens = words.tokens(text)
    if (tokens.length > room) {
      if (!truncate) throw tooLong(index, tokens.length + words.marks.one, maxTokens)
      truncated.push(index)
    }
    rows.push(words.one(tokens.slice(0, room)))
  }
  return { rows, truncated }
}

function tooLong(index: number, tokens: number, most: number): AppError {
  return new AppError('invalid-input', `texts.${index} has ${tokens} tokens, the model reads ${most} at most`, {
    path: ['texts', index],
    hint: 'Split it, or send truncate: true to leave out its end.',
  })
}

async function embedRows({ graph, output, pooling }: Embedder, rows: readonly Row[]): Promise<Float32Array[]> {
  const { data, dims } = await graph.run(rows, output)
  const [, width = 0, size] = dims
  // Some exports pool by themselves: one vector for each row.
  if (size === undefined) return rows.map((_, row) => data.slice(row * width, (row + 1) * width))
  return rows.map(({ ids }, row) => pool({ data, row, width, size, length: ids.length }, pooling))
}

/** A cut vector is no longer as long as it was, so that it is always scaled again. */
function finish(vector: Float32Array, size: number, normalize: boolean): Float32Array {
  if (size < vector.length) return unit(vector.subarray(0, size))
  return normalize ? unit(vector) : vector
}
