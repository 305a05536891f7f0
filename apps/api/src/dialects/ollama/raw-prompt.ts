import { chunk } from '@hearth/language/chat/spec'
import { task as complete } from '@hearth/language/complete/spec'
import type { z } from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { findTask } from '../../intake/accept-job.ts'
import { streamOrder } from '../../intake/stream-order.ts'
import type { LiveAnswer } from '../../live-lane/live-lane.ts'
import type { ChatAnswer, ChatEvent } from '../run-chat.ts'
import { patiently, runPatiently } from '../run-patiently.ts'
import { samplingOf } from './chat-input.ts'
import { plainName } from './model-names.ts'
import type { GenerateRequest } from './wire.ts'

/** A prompt that the model is given as it is, without the form of a conversation. Its answer is one of text alone. */
export async function runRaw(
  deps: ApiDeps,
  caller: Caller,
  request: GenerateRequest,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  return rawAnswer(await runPatiently(deps, caller, { task: complete.id, ...rawOrder(request) }, signal))
}

/** @throws AppError as `streamOrder`. */
export async function streamRaw(
  deps: ApiDeps,
  caller: Caller,
  request: GenerateRequest,
  signal: AbortSignal,
): Promise<AsyncIterable<ChatEvent>> {
  const order = { task: findTask(deps, complete.id), ...rawOrder(request) }
  return rawEvents(await patiently(signal, () => streamOrder(deps, caller, order, signal)))
}

function rawOrder({ model, prompt, options, ...wish }: GenerateRequest) {
  const input: z.input<typeof complete.input> = { prompt, ...samplingOf(wish, options) }
  return { model: plainName(model), input }
}

/** The pieces of a completion are among those of a chat. */
async function* rawEvents(events: Awaited<ReturnType<typeof streamOrder>>): AsyncGenerator<ChatEvent> {
  for await (const event of events) {
    if (event.kind === 'end') yield { kind: 'end', ...rawAnswer(event.answer) }
    else yield { kind: 'chunk', chunk: chunk.parse(event.value) }
  }
}

function rawAnswer({ output, timings }: LiveAnswer): ChatAnswer {
  const { choices, usage } = complete.output.parse(output)
  const said = choices.map(({ text, ...choice }) => ({ ...choice, content: [{ type: 'text' as const, text }] }))
  return { output: { choices: said, usage, omitted_messages: 0 }, timings }
}
