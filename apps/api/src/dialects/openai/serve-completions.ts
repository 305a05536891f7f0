import { type Chunk, task as complete } from '@hearth/language/complete/spec'
import type { TokenLogprob } from '@hearth/language/sampling-fields'
import type { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import { type ErrorAnswer, presentable } from '../../http/errors.ts'
import { findTask } from '../../intake/accept-job.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { type OrderEvent, streamOrder } from '../../intake/stream-order.ts'
import { streamAnswer } from '../../live/sse.ts'
import { admit } from '../admit.ts'
import { patientJson } from '../patient-json.ts'
import { patiently, runPatiently } from '../run-patiently.ts'
import { type AnswerHead, completionLogprobs, tokenUsage } from './chat-answer.ts'
import { samplingInput } from './chat-input.ts'
import { type CompletionWish, completionWish, readWish } from './chat-wish.ts'
import { openaiErrorBody } from './error-body.ts'
import { answerHead } from './serve-chat.ts'

type Output = z.output<typeof complete.output>

/** OpenAI's own: this old route answers with few tokens unless told otherwise. */
const usualTokens = 16

/** Goes on with a text, as a whole or piece by piece. */
export async function serveCompletions(deps: ApiDeps, c: ApiContext, error: ErrorAnswer): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  const wish = readWish(completionWish, await readJson(c, bodyLimit(deps)))
  const order = { task: findTask(deps, complete.id), model: wish.model, input: completionInput(wish) }
  const head = answerHead('cmpl', wish.model)
  const echo = wish.echo ? wish.prompt : ''
  const { signal } = c.req.raw
  if (!wish.stream) {
    const work = runPatiently(deps, caller, { ...order, task: complete.id }, signal).then(({ output }) =>
      completionAnswer(complete.output.parse(output), head, echo),
    )
    return patientJson(c, deps, { work, error })
  }
  const events = await patiently(signal, () => streamOrder(deps, caller, order, signal))
  const frames = completionFrames(head, echo, wish.stream_options?.include_usage ?? false)
  return streamAnswer(
    events,
    event => frames(event).map(data => ({ data })),
    thrown => [{ data: JSON.stringify(openaiErrorBody(presentable(thrown, c, deps.log))) }],
  )
}

function completionInput(wish: CompletionWish) {
  return {
    prompt: wish.prompt,
    ...samplingInput(wish, wish.max_tokens ?? usualTokens),
    ...(wish.logprobs == null ? {} : { top_logprobs: wish.logprobs }),
  }
}

function completionChoice(
  index: number,
  text: string,
  {
    finish_reason = null,
    logprobs,
    offset = 0,
  }: { finish_reason?: string | null; logprobs?: TokenLogprob[] | undefined; offset?: number },
) {
  return { index, text, finish_reason, logprobs: logprobs ? completionLogprobs(logprobs, offset) : null }
}

function completionAnswer({ choices, usage }: Output, head: AnswerHead, echo: string) {
  return {
    ...head,
    object: 'text_completion' as const,
    choices: choices.map(({ index, text, finish_reason, logprobs }) =>
      completionChoice(index, echo + text, { finish_reason, logprobs, offset: echo.length }),
    ),
    usage: tokenUsage(usage),
  }
}

function completionFrames(head: AnswerHead, echo: string, includeUsage: boolean) {
  const length = new Map<number, number>()
  const piece = (choices: object[], usage?: object) =>
    JSON.stringify({ ...head, object: 'text_completion', choices, ...(includeUsage ? { usage: usage ?? null } : {}) })
  const frames = (chunk: Chunk): string[] => {
    if (chunk.type === 'start') return echo === '' ? [] : [piece([completionChoice(0, echo, {})])]
    if (chunk.type === 'finish') return [piece([completionChoice(chunk.index, '', chunk)])]
    const { index, text, logprobs } = chunk
    const offset = length.get(index) ?? echo.length
    length.set(index, offset + text.length)
    return [piece([completionChoice(index, text, { logprobs, offset })])]
  }
  return (event: OrderEvent): string[] => {
    // Checked against the task where it was made.
    if (event.kind === 'chunk') return frames(event.value as Chunk)
    const { usage } = complete.output.parse(event.answer.output)
    return [...(includeUsage ? [piece([], tokenUsage(usage))] : []), '[DONE]']
  }
}
