import { task as chat } from '@hearth/language/chat/spec'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import type { ApiContext } from '../../http/env.ts'
import { presentable } from '../../http/errors.ts'
import { patientJson } from '../patient-json.ts'
import { type ChatAnswer, type ChatEvent, runChat, streamChat } from '../run-chat.ts'
import { patiently } from '../run-patiently.ts'
import { withStoredPictures } from '../stored-pictures.ts'
import { streamText } from '../stream-text.ts'
import { createAnswerLines, type Form, loadedAnswer, wholeAnswer } from './answer-lines.ts'
import { chatInput, generateInput, requireServed } from './chat-input.ts'
import { ollamaError, ollamaErrorBody } from './error-answer.ts'
import { plainName, withModelName } from './model-names.ts'
import { runRaw, streamRaw } from './raw-prompt.ts'
import type { ChatRequest, GenerateRequest, Wish } from './wire.ts'

interface Visit {
  deps: ApiDeps
  c: ApiContext
  caller: Caller
}

/** A run that has not begun, in both of the ways in which it can be asked for. */
interface Run {
  whole(signal: AbortSignal): Promise<ChatAnswer>
  pieces(signal: AbortSignal): Promise<AsyncIterable<ChatEvent>>
}

export async function serveChat(visit: Visit, request: ChatRequest): Promise<Response> {
  if (request.messages.length === 0) return serveLoad(visit, 'chat', request)
  return answer(visit, 'chat', request, await conversation(visit, request, chatInput(request)))
}

export async function serveGenerate(visit: Visit, request: GenerateRequest): Promise<Response> {
  requireServed(request)
  if (request.prompt === '') return serveLoad(visit, 'generate', request)
  if (request.raw !== true) {
    return answer(visit, 'generate', request, await conversation(visit, request, generateInput(request)))
  }
  const { deps, caller } = visit
  return answer(visit, 'generate', request, {
    whole: signal => runRaw(deps, caller, request, signal),
    pieces: signal => streamRaw(deps, caller, request, signal),
  })
}

async function conversation(
  { deps, caller }: Visit,
  { model: name }: Wish,
  said: ReturnType<typeof chatInput>,
): Promise<Run> {
  const input = { ...said, messages: await withStoredPictures(deps, caller.owner, said.messages) }
  const order = { model: plainName(name), input }
  return {
    whole: signal => runChat(deps, caller, order, signal),
    pieces: signal => streamChat(deps, caller, order, signal),
  }
}

async function answer({ deps, c }: Visit, form: Form, { model, stream }: Wish, run: Run): Promise<Response> {
  const { signal } = c.req.raw
  if (!stream) {
    const work = withModelName(model, () => run.whole(signal)).then(answer => wholeAnswer(form, model, answer))
    return patientJson(c, deps, { work, error: ollamaError })
  }
  const events = await withModelName(model, () => run.pieces(signal))
  const lines = createAnswerLines(form, model)
  return lineStream(visitFault(deps, c), events, lines)
}

/** What a client is told of something that goes wrong in mid-stream. */
export function visitFault(deps: ApiDeps, c: ApiContext) {
  return (thrown: unknown) => ollamaErrorBody(presentable(thrown, c, deps.log))
}

/** A body of JSON, one object a line. */
export function lineStream<T>(
  fault: (thrown: unknown) => object,
  items: AsyncIterable<T>,
  lines: (item: T) => object[],
): Response {
  const text = (line: object) => `${JSON.stringify(line)}\n`
  return streamText(items, {
    contentType: 'application/x-ndjson',
    write: item => lines(item).map(text).join(''),
    fault: thrown => text(fault(thrown)),
  })
}

/**
 * A request without words asks for a model to be in memory, or to be let go. The first is done; the second is left to the
 * worker, which lets go of what is idle when the room is needed.
 */
async function serveLoad({ deps, c }: Visit, form: Form, { model, keep_alive }: Wish): Promise<Response> {
  const letGo = keep_alive === 0 || /^0+[a-z]*$/.test(String(keep_alive))
  const { signal } = c.req.raw
  const load = async () => {
    const name = plainName(model)
    if (letGo) await deps.models.resolve(chat.id, name)
    else deps.live.close((await patiently(signal, () => deps.live.open({ task: chat.id, model: name, signal }))).stream)
    return loadedAnswer(form, model, letGo ? 'unload' : 'load')
  }
  return patientJson(c, deps, { work: withModelName(model, load), error: ollamaError })
}
