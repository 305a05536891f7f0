import type { z } from 'zod'
import { AppError } from './errors.ts'
import { type OutputFile, parseInput, type Task } from './task.ts'

export type LogLevel = 'info' | 'warn' | 'error'

/** A file handed over to be kept with the job. */
export interface NewFile {
  /** Such as `image-0.png`: letters, digits, dot, dash, underscore. */
  name: string
  bytes: Uint8Array
  mime: string
  width?: number
  height?: number
  meta?: Record<string, z.core.util.JSONType>
}

/** Everything a running task may touch. */
export interface RunContext {
  /** Aborted on cancel, on the client's leaving and on the end of the process. Look at it between steps. */
  readonly signal: AbortSignal
  /** Work done of the total, in the task's own unit (denoising steps, bytes, tokens). Never goes back. */
  progress(done: number, total: number, message?: string): void
  /** A small picture of the state of the work (JPEG). Thinned by the receiver. */
  preview(image: Uint8Array, mime: string): void
  /** One line for the job's own log, shown to its owner. */
  log(level: LogLevel, message: string): void
  /** Bytes behind an input reference (`mediaInput`). */
  read(reference: string): Promise<Uint8Array>
  /** Path of a file with these bytes, to be read until the end of the run: for what is too long to be held in memory. */
  path(reference: string): Promise<string>
  /** Keeps a file with the job; resolves when it is on disk. Rejects after an abort. */
  save(file: NewFile): Promise<OutputFile>
  /** One piece of a streamed answer. */
  chunk(value: unknown): void
  /**
   * Asks what stands beside the models (whose face is this?). The noun's keeper answers, for the owner of the run;
   * question and answer are the noun's own plain data.
   */
  ask(noun: string, question: unknown): Promise<unknown>
  /** What the runs of one stream remember from frame to frame, such as a tracker; absent where a run stands alone. */
  readonly memory?: Map<string, unknown>
}

/** One way of doing one task, with a loaded model. */
export type Executor<I = unknown, O = unknown> = (input: I, context: RunContext) => Promise<O>

/** A model in memory. */
export interface Model {
  /** By task id. */
  readonly tasks: Readonly<Record<string, Executor<never>>>
  /** Memory that it takes in processes of its own, beside this one. */
  bytes?(): number
  /** Frees what garbage collection does not. */
  dispose(): Promise<void>
}

/** An executor bound to its task: the compiler checks that it fits the spec. */
export function perform<I extends z.ZodType, O extends z.ZodType>(
  _task: Task<I, O>,
  executor: Executor<z.output<I>, z.input<O>>,
): Executor<never> {
  return executor as Executor<never>
}

/** The heart: parse the input, run, parse the output, and each piece of it that is streamed. Everything else is around it. */
export async function execute(model: Model, task: Task, rawInput: unknown, context: RunContext): Promise<unknown> {
  const executor = model.tasks[task.id] as Executor | undefined
  if (!executor) throw new AppError('internal', `the loaded model does not serve ${task.id}`)
  const input = parseInput(task, rawInput)
  context.signal.throwIfAborted()
  const output = await executor(input, { ...context, chunk: value => context.chunk(checkedChunk(task, value)) })
  context.signal.throwIfAborted()
  const parsed = task.output.safeParse(output)
  if (!parsed.success) {
    throw new AppError('internal', `${task.id} gave an output that its spec refuses: ${parsed.error.message}`)
  }
  return parsed.data
}

function checkedChunk(task: Task, value: unknown): unknown {
  const parsed = task.chunk?.safeParse(value)
  if (parsed?.success) return parsed.data
  throw new AppError(
    'internal',
    `${task.id} sent a chunk that its spec refuses: ${parsed?.error.message ?? 'it has none'}`,
  )
}

/** Answers what engines ask of one noun. Lives in the worker, beside the tables. */
export interface Keeper {
  /** Throws an AppError where the question cannot be answered. */
  answer(owner: string, question: unknown): Promise<unknown>
  close(): Promise<void>
}
