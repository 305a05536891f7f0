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
import { stay } from './keep-alive.ts'
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

async function answer({ deps, c }: Visit, form: Form, wish: Wish, run: Run): Promise<Response> {
  const { signal } = c.req.raw
  const { model, stream } = wish
  if (!stream) {
    const whole = async () => {
      const answer = wholeAnswer(form, model, await run.whole(signal))
      await stay(deps, chat.id, wish)
      return answer
    }
    return patientJson(c, deps, { work: withModelName(model, whole), error: ollamaError })
  }
  const events = await withModelName(model, () => run.pieces(signal))
  const lines = createAnswerLines(form, model)
  return lineStream(visitFault(deps, c), thenStay(deps, wish, events), lines)
}

async function* thenStay<T>(deps: ApiDeps, wish: Wish, events: AsyncIterable<T>): AsyncGenerator<T> {
  yield* events
  await stay(deps, chat.id, wish)
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

/** A request without words asks for a model to be in memory, or to be let go. */
async function serveLoad({ deps, c }: Visit, form: Form, wish: Wish): Promise<Response> {
  const letGo = wish.keep_alive === 0
  const { signal } = c.req.raw
  const load = async () => {
    const model = plainName(wish.model)
    if (!letGo)
      deps.live.close((await patiently(signal, () => deps.live.open({ task: chat.id, model, signal }))).stream)
    await stay(deps, chat.id, wish)
    return loadedAnswer(form, wish.model, letGo ? 'unload' : 'load')
  }
  return patientJson(c, deps, { work: withModelName(wish.model, load), error: ollamaError })
}
