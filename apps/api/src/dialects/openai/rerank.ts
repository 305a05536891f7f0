import { randomUUID } from 'node:crypto'
import { task as rerank } from '@hearth/language/rerank/spec'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import type { ErrorAnswer } from '../../http/errors.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import { patientJson } from '../patient-json.ts'
import { runPatiently } from '../run-patiently.ts'
import { readWish } from './chat-wish.ts'

const document = z.union(
  [z.string(), z.object({ text: z.string() }).transform(({ text }) => text)],
  'expected a text or {"text": "..."}',
)

/** What clients of SiliconFlow, Jina and Cohere may say; fields that change nothing here are let through. */
export const rerankWish = z.object({
  model: z.string().min(1),
  query: z.string().min(1),
  documents: z.array(document).min(1).max(2048),
  top_n: z.int().min(1).nullish(),
  return_documents: z.boolean().nullish(),
  max_chunks_per_doc: z.int().min(1).nullish(),
  overlap_tokens: z.int().min(0).max(80).nullish(),
})
type RerankWish = z.output<typeof rerankWish>

/** Orders documents by how well they answer. */
export async function serveRerank(deps: ApiDeps, c: ApiContext, error: ErrorAnswer): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  const wish = readWish(rerankWish, await readJson(c, bodyLimit(deps)))
  const order = { task: rerank.id, model: wish.model, input: rerankInput(wish) }
  const work = runPatiently(deps, caller, order, c.req.raw.signal).then(({ output }) =>
    rerankAnswer(rerank.output.parse(output), wish),
  )
  return patientJson(c, deps, { work, error })
}

function rerankInput({ query, documents, top_n, max_chunks_per_doc, overlap_tokens }: RerankWish) {
  return {
    query,
    documents,
    ...(top_n == null ? {} : { top_n }),
    ...(max_chunks_per_doc == null ? {} : { max_chunks_per_doc: Math.min(1024, max_chunks_per_doc) }),
    ...(overlap_tokens == null ? {} : { overlap_tokens }),
  }
}

/** Tokens are told three times: as SiliconFlow, as Cohere and as Jina say it. */
export function rerankAnswer(
  { results, prompt_tokens }: z.output<typeof rerank.output>,
  { model, documents, return_documents }: Pick<RerankWish, 'model' | 'documents' | 'return_documents'>,
) {
  const tokens = { input_tokens: prompt_tokens, output_tokens: 0 }
  return {
    id: randomUUID(),
    object: 'list' as const,
    model,
    results: results.map(result => ({
      ...result,
      ...(return_documents ? { document: { text: documents[result.index] ?? '' } } : {}),
    })),
    tokens,
    meta: { api_version: { version: '2' }, billed_units: { ...tokens, search_units: 1 }, tokens },
    usage: { prompt_tokens, total_tokens: prompt_tokens },
  }
}
