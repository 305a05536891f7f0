import { randomUUID } from 'node:crypto'
import type { AppError } from '@hearth/contract'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import { type ErrorAnswer, presentable } from '../../http/errors.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { streamAnswer } from '../../live/sse.ts'
import { admit } from '../admit.ts'
import { patientJson } from '../patient-json.ts'
import { type ChatInput, runChat, streamChat } from '../run-chat.ts'
import { withStoredPictures } from '../stored-pictures.ts'
import { type AnswerHead, chatAnswer } from './chat-answer.ts'
import { chatInput } from './chat-input.ts'
import { createChatFrames } from './chat-stream.ts'
import { type ChatWish, chatWish, readWish } from './chat-wish.ts'
import { openaiErrorBody } from './error-body.ts'

export function answerHead(prefix: string, model: string): AnswerHead {
  return {
    id: `${prefix}-${randomUUID().replaceAll('-', '')}`,
    created: Math.floor(Date.now() / 1000),
    model,
  }
}

/** How a dialect with OpenAI's chats says what went wrong: as an answer, and within a stream. */
export interface ChatErrors {
  error: ErrorAnswer
  body(c: ApiContext, error: AppError): unknown
}

/** Answers a conversation, as a whole or piece by piece. */
export async function serveChat(deps: ApiDeps, c: ApiContext, error: ErrorAnswer): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  const wish = readWish(chatWish, await readJson(c, bodyLimit(deps)))
  return answerChat(deps, c, { caller, wish, errors: { error, body: (_, thrown) => openaiErrorBody(thrown) } })
}

/** The input of a wish, its pictures stored. @throws AppError naming the picture that cannot be taken. */
export async function storedInput(deps: ApiDeps, caller: Caller, wish: ChatWish): Promise<ChatInput> {
  const { messages, ...rest } = chatInput(wish)
  return { ...rest, messages: await withStoredPictures(deps, caller.owner, messages) }
}

/** As `serveChat`, for a wish that was read and a client that was let in. */
export async function answerChat(
  deps: ApiDeps,
  c: ApiContext,
  { caller, wish, errors }: { caller: Caller; wish: ChatWish; errors: ChatErrors },
): Promise<Response> {
  const input = await storedInput(deps, caller, wish)
  const order = { model: wish.model, input }
  const head = answerHead('chatcmpl', wish.model)
  const { signal } = c.req.raw
  if (!wish.stream) {
    const work = runChat(deps, caller, order, signal).then(({ output }) => chatAnswer(output, head))
    return patientJson(c, deps, { work, error: errors.error })
  }
  const events = await streamChat(deps, caller, order, signal)
  const { frames } = createChatFrames(head, input.n ?? 1, wish.stream_options?.include_usage ?? false)
  return streamAnswer(
    events,
    event => frames(event).map(data => ({ data })),
    thrown => [{ data: JSON.stringify(errors.body(c, presentable(thrown, c, deps.log))) }],
  )
}
