import { AppError } from '@hearth/contract'
import { task as embedText } from '@hearth/language/embed-text/spec'
import { z } from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import type { ErrorAnswer } from '../../http/errors.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import { patientJson } from '../patient-json.ts'
import { runPatiently } from '../run-patiently.ts'
import { readWish } from './chat-wish.ts'

const one = z.string().min(1, 'expected a text that is not empty')
const numbers = z.union([z.array(z.int()), z.array(z.array(z.int()).min(1))])

/** What clients may say. Fields that change nothing here (`user`) are let through. */
export const embeddingsWish = z.object({
  model: z.string().min(1),
  input: z.unknown(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).nullish(),
  /** Not OpenAI's: servers for one's own models have it. */
  truncate: z.boolean().nullish(),
})
type Output = z.output<typeof embedText.output>

/** Makes vectors of texts. */
export async function serveEmbeddings(deps: ApiDeps, c: ApiContext, error: ErrorAnswer): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  return answerEmbeddings(deps, c, {
    caller,
    error,
    wish: readWish(embeddingsWish, await readJson(c, bodyLimit(deps))),
  })
}

/** As `serveEmbeddings`, for a wish that was read and a client that was let in. */
export async function answerEmbeddings(
  deps: ApiDeps,
  c: ApiContext,
  given: { caller: Caller; wish: z.output<typeof embeddingsWish>; error: ErrorAnswer },
): Promise<Response> {
  const { caller, error } = given
  const { model, encoding_format: format, ...wish } = given.wish
  const input = {
    texts: textsOf(wish.input),
    ...(wish.dimensions == null ? {} : { dimensions: wish.dimensions }),
    truncate: wish.truncate ?? false,
  }
  const single = typeof wish.input === 'string'
  const work = runPatiently(deps, caller, { task: embedText.id, model, input }, c.req.raw.signal).then(
    ({ output }) => embeddingsAnswer(embedText.output.parse(output), model, format ?? 'float'),
    thrown => Promise.reject(aboutInput(thrown, single)),
  )
  return patientJson(c, deps, { work, error })
}

/** @throws AppError `invalid-input` for numbers of tokens, which mean nothing to another model than theirs. */
function textsOf(input: unknown): string[] {
  if (Array.isArray(input) && input.length > 0 && numbers.safeParse(input).success) {
    throw new AppError('invalid-input', 'input: expected texts, not numbers of tokens', {
      path: ['input'],
      hint: 'Tokens of one model mean nothing to another; in LangChain for Python, set check_embedding_ctx_length=False.',
    })
  }
  const schema = typeof input === 'string' ? one.transform(text => [text]) : z.array(one).min(1).max(2048)
  return readWish(z.object({ input: schema }), { input }).input
}

/** What is said of one of the task's texts, said of the field that it came in. */
function aboutInput(thrown: unknown, single: boolean): unknown {
  if (!(thrown instanceof AppError) || thrown.path?.[0] !== 'texts') return thrown
  const path = ['input', ...(single ? [] : thrown.path.slice(1))]
  const report = thrown.report()
  return AppError.from({ ...report, message: report.message.replace(thrown.path.join('.'), path.join('.')), path })
}

export function embeddingsAnswer({ embeddings, prompt_tokens }: Output, model: string, format: 'float' | 'base64') {
  return {
    object: 'list' as const,
    data: embeddings.map((vector, index) => ({
      object: 'embedding' as const,
      index,
      embedding: format === 'base64' ? packed(vector) : vector,
    })),
    model,
    // Clients of SiliconFlow read `completion_tokens` as well.
    usage: { prompt_tokens, completion_tokens: 0, total_tokens: prompt_tokens },
  }
}

/** 32-bit numbers, the least byte first, as OpenAI's clients unpack them. */
function packed(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length)
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, 4 * at)
  return bytes.toString('base64')
}
