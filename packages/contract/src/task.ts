import { z } from 'zod'
import { AppError } from './errors.ts'
import { fieldProblem } from './field-problem.ts'

/** How a task may be run: as a durable job, at once and unstored, or as a durable job that takes a device for itself. */
export type Lane = 'batch' | 'live' | 'train'

/** Where the studio lists a task. `system` tasks have no panel. */
export type Capability = 'create' | 'recognise' | 'faces' | 'speak' | 'language' | 'train' | 'system'

/** A promise: this input gives that output. Pure data, no code that runs. */
export interface Task<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** Kebab-case, equal to the folder's name. */
  id: string
  title: string
  summary: string
  capability: Capability
  lanes: readonly Lane[]
  /** Field names are snake_case: they are the wire format. */
  input: I
  output: O
  /** What a streaming run sends piece by piece. */
  chunk?: z.ZodType
  /** The pieces are few and small: jobs keep them as events, so that a long answer is read while it is made. */
  keepsChunks?: boolean
  /** Inputs that parse, shown in the API page and executed by the tests. */
  examples: readonly { title: string; input: z.input<I> }[]
}

export function defineTask<I extends z.ZodType, O extends z.ZodType>(task: Task<I, O>): Task<I, O> {
  return task
}

export type MediaKind = 'image' | 'audio' | 'video'

const reference = /^(upload:[A-Za-z0-9_-]{8,64}|output:[A-Za-z0-9-]{8,64}\/[A-Za-z0-9._-]{1,128})$/

/**
 * A picture, sound or video among a task's inputs: `upload:<id>` or `output:<job>/<name>`.
 * Doors also take a data URL, an https URL or a multipart file there, store it and put the reference in its place
 * before the input is parsed.
 */
export function mediaInput(kind: MediaKind, description: string) {
  return z
    .string()
    .regex(reference, `expected an ${kind}: a data URL, an https URL, upload:<id> or output:<job>/<name>`)
    .meta({ media: kind, description })
}

/** One file that a job made. The address is added when it is shown. */
export const outputFile = z.object({
  name: z.string().meta({ description: 'Name inside the folder of the job.' }),
  mime: z.string(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
  width: z.int().optional(),
  height: z.int().optional(),
  /** What is particular to this file, such as its seed. */
  meta: z.record(z.string(), z.json()).optional(),
})
export type OutputFile = z.infer<typeof outputFile>

/** Parses a task's input; the error names the first bad field, what was expected and all issues. */
export function parseInput<I extends z.ZodType>(task: Task<I>, raw: unknown): z.output<I> {
  const parsed = task.input.safeParse(raw)
  if (parsed.success) return parsed.data
  const { path, text } = fieldProblem(parsed.error, 'input')
  throw new AppError('invalid-input', text, {
    path,
    hint: `The fields of ${task.id} are described at /api/v1/tasks/${task.id}.`,
    cause: parsed.error,
  })
}
