import { randomUUID } from 'node:crypto'
import { task as countTokens } from '@hearth/language/count-tokens/spec'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import { presentable } from '../../http/errors.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { type SseFrame, streamAnswer } from '../../live/sse.ts'
import { admit } from '../admit.ts'
import { patientJson } from '../patient-json.ts'
import { runChat, streamChat } from '../run-chat.ts'
import { runPatiently } from '../run-patiently.ts'
import { withStoredPictures } from '../stored-pictures.ts'
import { type AnswerHead, answerMessage } from './answer-message.ts'
import { chatInput, countInput } from './chat-input.ts'
import { anthropicErrorBody, errorAnswer } from './error-answer.ts'
import { createMessageEvents, type MessageEvent } from './message-events.ts'
import { countWish, messageWish, readWish } from './message-wish.ts'

const version = 'anthropic-version'

/** Answers a conversation, as a whole or piece by piece. */
export async function serveMessages(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  const wish = readWish(messageWish, await readJson(c, bodyLimit(deps)), c.req.header(version))
  const { messages, ...rest } = chatInput(wish)
  const input = { ...rest, messages: await withStoredPictures(deps, caller.owner, messages) }
  const head: AnswerHead = {
    id: `msg_${randomUUID().replaceAll('-', '')}`,
    model: wish.model,
    showThinking: !(wish.thinking && 'display' in wish.thinking && wish.thinking.display === 'omitted'),
  }
  const order = { model: wish.model, input }
  const { signal } = c.req.raw
  if (!wish.stream) {
    const work = runChat(deps, caller, order, signal).then(({ output }) => answerMessage(output, head))
    return patientJson(c, deps, { work, error: errorAnswer })
  }
  const events = createMessageEvents(head)
  return streamAnswer(
    await streamChat(deps, caller, order, signal),
    piece => (piece.kind === 'chunk' ? events.chunk(piece.chunk) : events.end(piece.output)).map(frame),
    thrown => [frame(anthropicErrorBody(c, presentable(thrown, c, deps.log)))],
  )
}

/** Says how long a prompt would be, without an answer. */
export async function serveCount(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const caller = await admit(deps, c, 'status')
  const wish = readWish(countWish, await readJson(c, bodyLimit(deps)), c.req.header(version))
  const { messages, ...rest } = countInput(wish)
  const input = { ...rest, messages: await withStoredPictures(deps, caller.owner, messages) }
  const order = { task: countTokens.id, model: wish.model, input }
  const { output } = await runPatiently(deps, caller, order, c.req.raw.signal)
  return c.json({ input_tokens: countTokens.output.parse(output).prompt_tokens })
}

function frame(event: MessageEvent): SseFrame {
  return { event: event.type, data: JSON.stringify(event) }
}
