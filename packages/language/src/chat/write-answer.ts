import { AppError, type ErrorReport } from '@hearth/contract'
import { readData, readFrames, type Values } from '@hearth/ui'
import type { z } from 'zod'
import type { MessagePart } from '../message-fields.ts'
import type { Turn } from './conversation.ts'
import type { Chunk, task } from './spec.ts'

type Output = z.output<typeof task.output>

/** The parts with the next piece of an answer. */
export function withChunk(parts: readonly MessagePart[], chunk: Chunk): MessagePart[] {
  const last = parts.at(-1)
  if (chunk.type === 'text' || chunk.type === 'reasoning') {
    if (last?.type === chunk.type) return [...parts.slice(0, -1), { ...last, text: last.text + chunk.text }]
    return [...parts, { type: chunk.type, text: chunk.text }]
  }
  if (chunk.type !== 'tool_call') return [...parts]
  const calls = parts.filter(part => part.type === 'tool_call')
  const known = calls[chunk.call]
  if (!known) {
    const { id = '', name = '' } = chunk
    return [...parts, { type: 'tool_call', id, name, arguments: chunk.arguments }]
  }
  return parts.map(part => (part === known ? { ...known, arguments: known.arguments + chunk.arguments } : part))
}

export interface AnswerOrder {
  input: Values
  signal: AbortSignal
  open(input: Values, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  reportOf(thrown: unknown): ErrorReport
  change(edit: (turn: Turn) => Turn): void
  /** Milliseconds. */
  now(): number
}

/** Has an answer written into its turn, to its end: done, stopped or failed. */
export async function writeAnswer({ input, signal, open, reportOf, change, now }: AnswerOrder): Promise<void> {
  const end = (writing: Partial<NonNullable<Turn['writing']>>) =>
    change(turn => (turn.writing ? { ...turn, writing: { ...turn.writing, ...writing } } : turn))
  let first: number | null = null
  try {
    for await (const frame of readFrames(await open(input, signal))) {
      if (frame.event === 'chunk') {
        const chunk = readData<Chunk>(frame)
        if (chunk.type === 'start' || chunk.type === 'finish') continue
        first ??= now()
        change(turn => ({ ...turn, content: withChunk(turn.content, chunk) }))
      }
      if (frame.event === 'error') throw AppError.from(readData<{ error: ErrorReport }>(frame).error)
      if (frame.event === 'done') {
        const { output, model } = readData<{ output: Output; model: string }>(frame)
        change(turn => finished(turn, output, model, first === null ? 0 : now() - first))
        return
      }
    }
    end({ state: signal.aborted ? 'stopped' : 'failed' })
  } catch (thrown) {
    if (signal.aborted) end({ state: 'stopped' })
    // The browser's word for a connection that broke: there is no more to say than that the answer broke off.
    else end({ state: 'failed', problem: thrown instanceof TypeError ? null : reportOf(thrown) })
  }
}

/** The answer as the task gives it, which knows its parts better than the pieces did. */
function finished(turn: Turn, { choices, usage }: Output, model: string, elapsed: number): Turn {
  const [choice] = choices
  // The first token's time is not known: it was there when the clock began. What came all at once tells nothing.
  const speed = elapsed >= 100 && usage.completion_tokens > 1 ? ((usage.completion_tokens - 1) * 1000) / elapsed : null
  return {
    ...turn,
    content: choice?.content ?? turn.content,
    writing: { model, state: 'done', finish: choice?.finish_reason ?? null, usage, speed, problem: null },
  }
}
