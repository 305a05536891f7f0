import { z } from 'zod'
import { outputFile } from './task.ts'

export const jobStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type JobState = (typeof jobStates)[number]
export const finalStates: readonly JobState[] = ['succeeded', 'failed', 'cancelled']

export const priorities = ['high', 'normal', 'low'] as const
export type Priority = (typeof priorities)[number]

const report = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
  retryable: z.boolean(),
  retry_after: z.number().optional(),
})

const progress = z.object({
  done: z.number(),
  total: z.number(),
  message: z.string().optional(),
  /** Estimated from this run so far, else from past runs. */
  seconds_left: z.number().optional(),
})
export type Progress = z.infer<typeof progress>

const stamp = { job: z.string(), owner: z.string(), seq: z.int(), at: z.iso.datetime() }

/**
 * What happens to a job, as everybody hears it.
 *
 * Durable events are numbered 1, 2, 3 ... per job without a gap, are kept with it and replayed. Progress and preview
 * between milestones are passing: they carry the number of the last durable event, are not kept (the job holds the
 * latest of each) and may be missed.
 */
export const jobEvent = z.discriminatedUnion('type', [
  z.object({ ...stamp, type: z.literal('queued'), reason: z.string().optional() }),
  z.object({ ...stamp, type: z.literal('started'), attempt: z.int(), model: z.string(), device: z.string() }),
  z.object({ ...stamp, type: z.literal('progress'), ...progress.shape }),
  z.object({ ...stamp, type: z.literal('preview'), mime: z.string(), data: z.base64() }),
  z.object({ ...stamp, type: z.literal('log'), level: z.enum(['info', 'warn', 'error']), message: z.string() }),
  z.object({ ...stamp, type: z.literal('chunk'), value: z.json() }),
  z.object({ ...stamp, type: z.literal('output'), file: outputFile }),
  z.object({ ...stamp, type: z.literal('succeeded') }),
  z.object({ ...stamp, type: z.literal('failed'), error: report }),
  z.object({ ...stamp, type: z.literal('cancelled') }),
])
export type JobEvent = z.infer<typeof jobEvent>
/** An event before it has its stamp. */
export type JobEventBody = JobEvent extends infer E
  ? E extends JobEvent
    ? Omit<E, 'job' | 'owner' | 'seq' | 'at'>
    : never
  : never

/** A job as every door shows it. */
export const jobView = z.object({
  id: z.string(),
  task: z.string(),
  state: z.enum(jobStates),
  owner: z.string(),
  model: z.string(),
  priority: z.enum(priorities),
  input: z.record(z.string(), z.json()),
  /** The task's parsed output; null until succeeded. */
  output: z.json(),
  outputs: z.array(outputFile.extend({ url: z.string() })),
  progress: progress.nullable(),
  error: report.nullable(),
  attempt: z.int(),
  retry_of: z.string().nullable(),
  /** 1 = next; null unless queued. */
  queue_position: z.int().nullable(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  /** Number of the last durable event. */
  last_seq: z.int(),
})
export type JobView = z.infer<typeof jobView>
