import { type Chunk, task as chat } from '@hearth/language/chat/spec'
import type { z } from 'zod'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { findTask } from '../intake/accept-job.ts'
import { streamOrder } from '../intake/stream-order.ts'
import type { LiveAnswer } from '../live-lane/live-lane.ts'
import { patiently, runPatiently } from './run-patiently.ts'

export type ChatInput = z.input<typeof chat.input>
export type ChatOutput = z.output<typeof chat.output>

/** An answer in whole. */
export interface ChatAnswer {
  output: ChatOutput
  timings: LiveAnswer['timings']
}

/** A piece of an answer; last of all the answer itself. */
export type ChatEvent = { kind: 'chunk'; chunk: Chunk } | ({ kind: 'end' } & ChatAnswer)

export interface ChatOrder {
  /** Id or alias; undefined: the default. */
  model: string | undefined
  input: ChatInput
}

/** @throws AppError as `runOrder`. */
export async function runChat(
  deps: ApiDeps,
  caller: Caller,
  order: ChatOrder,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  return chatAnswer(await runPatiently(deps, caller, { task: chat.id, ...order }, signal))
}

/**
 * Resolves when the first piece is there, so that whatever is refused before can still be answered with a status.
 * @throws AppError as `streamOrder`; the loop throws what goes wrong later.
 */
export async function streamChat(
  deps: ApiDeps,
  caller: Caller,
  { model, input }: ChatOrder,
  signal: AbortSignal,
): Promise<AsyncIterable<ChatEvent>> {
  const task = findTask(deps, chat.id)
  return chatEvents(await patiently(signal, () => streamOrder(deps, caller, { task, model, input }, signal)))
}

async function* chatEvents(events: Awaited<ReturnType<typeof streamOrder>>): AsyncGenerator<ChatEvent> {
  for await (const event of events) {
    // Both were checked against the task where they were made.
    if (event.kind === 'chunk') yield { kind: 'chunk', chunk: event.value as Chunk }
    else yield { kind: 'end', ...chatAnswer(event.answer) }
  }
}

function chatAnswer({ output, timings }: LiveAnswer): ChatAnswer {
  return { output: output as ChatOutput, timings }
}
