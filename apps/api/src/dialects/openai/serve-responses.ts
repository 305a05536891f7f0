import { responses } from '@hearth/store'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import { type ErrorAnswer, presentable } from '../../http/errors.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { streamAnswer } from '../../live/sse.ts'
import { admit } from '../admit.ts'
import { patientJson } from '../patient-json.ts'
import { runChat, streamChat } from '../run-chat.ts'
import { readWish } from './chat-wish.ts'
import { type Outcome, responseBody } from './responses-answer.ts'
import { responseInput } from './responses-input.ts'
import { createOutputWriter } from './responses-output.ts'
import { createEventFrames, errorEvent, type ResponseRun, responseEvents, wholeResponse } from './responses-stream.ts'
import { itemId, itemsUpTo, resolveItems, responseId } from './responses-thread.ts'
import { responseWish } from './responses-wish.ts'

/** Answers a list of items, as a whole or by events. Unless the client does not want it, the answer is kept once it has ended. */
export async function serveResponses(deps: ApiDeps, c: ApiContext, error: ErrorAnswer): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  const { owner } = caller
  const wish = readWish(responseWish, await readJson(c, bodyLimit(deps)))
  const previous = wish.previous_response_id ?? null
  const id = responseId()
  const before = previous === null ? [] : await itemsUpTo(deps, owner, previous)
  const input = await resolveItems(deps, owner, id, wish.input)
  const order = { model: wish.model, input: responseInput(wish, [...before, ...input]) }

  const { signal } = c.req.raw
  const head = { id, created: Math.floor(Date.now() / 1000) }
  const body = (outcome: Outcome) => responseBody(wish, head, outcome)
  const run: ResponseRun = {
    writer: createOutputWriter((kind, index) => itemId(id, kind, index)),
    body,
    async end(outcome) {
      const ended = body(outcome)
      if (ended.store) await responses.create(deps.store, { id, owner, previous, input, body: ended })
      return ended
    },
    left: () => signal.aborted,
    told: thrown => presentable(thrown, c, deps.log),
  }
  if (!wish.stream) {
    const work = runChat(deps, caller, order, signal).then(({ output }) => wholeResponse(run, output))
    return patientJson(c, deps, { work, error })
  }
  const events = responseEvents(run, await streamChat(deps, caller, order, signal))
  const frame = createEventFrames()
  return streamAnswer(
    events,
    event => [frame(event)],
    thrown => [frame(errorEvent(run.told(thrown)))],
  )
}
