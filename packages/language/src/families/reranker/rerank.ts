import { setImmediate as turn } from 'node:timers/promises'
import { AppError, perform, type RunContext } from '@hearth/contract'
import { runBatches } from '../../encoder/batches.ts'
import type { EncoderGraph } from '../../encoder/graph.ts'
import { cutPieces } from '../../encoder/pieces.ts'
import type { Row } from '../../encoder/row.ts'
import type { Words } from '../../encoder/words.ts'
import { task } from '../../rerank/spec.ts'

/** A model that reads a question and a text together. */
export interface Reranker {
  words: Words
  graph: EncoderGraph
  /** The output that is read: one number for each pair. */
  output: string
  maxTokens: number
}

interface Question {
  query: string
  documents: readonly string[]
  overlap_tokens: number
  max_chunks_per_doc: number
}

/** Documents between two looks at the abort signal while they are cut. */
const atOnce = 64

/** Documents by how well they answer, best first; of a long one its best piece counts. */
export function rerank(reranker: Reranker) {
  return perform(task, async (input, context) => {
    const pieces = await readPieces(reranker, input, context)
    const rows = pieces.map(({ row }) => row)
    const scores = await runBatches(rows, context, batch => scoreRows(reranker, batch))
    const best = new Map<number, number>()
    for (const [at, { index }] of pieces.entries()) {
      best.set(index, Math.max(best.get(index) ?? 0, scores[at] ?? 0))
    }
    const results = [...best].map(([index, score]) => ({ index, relevance_score: score }))
    results.sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
    return {
      results: results.slice(0, input.top_n ?? results.length),
      prompt_tokens: rows.reduce((sum, { ids }) => sum + ids.length, 0),
    }
  })
}

/** The question with each piece of each document. @throws AppError `invalid-input` if it leaves no room for them. */
async function readPieces(
  { words, maxTokens }: Reranker,
  { query, documents, overlap_tokens: overlap, max_chunks_per_doc: most }: Question,
  context: RunContext,
): Promise<{ index: number; row: Row }[]> {
  const question = words.tokens(query)
  const room = maxTokens - words.marks.two - question.length
  if (room <= overlap) throw tooLong(question.length, maxTokens, overlap)
  const pieces: { index: number; row: Row }[] = []
  for (const [index, text] of documents.entries()) {
    if (index % atOnce === 0) {
      await turn()
      context.signal.throwIfAborted()
    }
    for (const piece of cutPieces(words.tokens(text), { room, overlap, most })) {
      pieces.push({ index, row: words.two(question, piece) })
    }
  }
  return pieces
}

function tooLong(tokens: number, most: number, overlap: number): AppError {
  const beside = overlap === 0 ? '' : `, and neighbouring pieces share ${overlap}`
  return new AppError(
    'invalid-input',
    `query has ${tokens} tokens, which leaves no room for documents: the model reads ${most} in all${beside}`,
    { path: ['query'], hint: 'Send a shorter query.' },
  )
}

async function scoreRows({ graph, output }: Reranker, rows: readonly Row[]): Promise<number[]> {
  const { data } = await graph.run(rows, output)
  if (data.length !== rows.length) {
    throw new AppError('model-broken', `the model gives ${data.length} scores for ${rows.length} pairs`)
  }
  return Array.from(data, logit => 1 / (1 + Math.exp(-logit)))
}
