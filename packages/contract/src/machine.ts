import { z } from 'zod'

/** One computing device of a worker, as probed in a throw-away process. */
export const deviceView = z.object({
  id: z.string().meta({ description: 'Such as cuda:0 or cpu.' }),
  kind: z.enum(['cpu', 'cuda', 'webgpu']),
  title: z.string(),
  /** Whether models may be placed on it, and why. */
  usable: z.boolean(),
  reason: z.string(),
  memory_budget: z.number().meta({ description: 'Bytes that models may take.' }),
  memory_used: z.number().meta({ description: 'Bytes reserved by resident models.' }),
  threads: z.int(),
})
export type DeviceView = z.infer<typeof deviceView>

/** A model in an engine process. */
export const residentView = z.object({
  model: z.string(),
  family: z.string(),
  device: z.string(),
  state: z.enum(['loading', 'idle', 'busy']),
  bytes: z.number(),
  pid: z.int().nullable(),
  idle_since: z.iso.datetime().nullable(),
})
export type ResidentView = z.infer<typeof residentView>

/** What a worker reports of itself every few seconds. */
export const workerView = z.object({
  id: z.string().meta({ description: 'New for each start of the process.' }),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  seen_at: z.iso.datetime(),
  devices: z.array(deviceView),
  residents: z.array(residentView),
})
export type WorkerView = z.infer<typeof workerView>

/** Whether a model can run here, and how long it may take. */
export const fitView = z.object({
  fits: z.enum(['now', 'after-eviction', 'never']),
  device: z.string().nullable(),
  needed_bytes: z.number(),
  free_bytes: z.number(),
  free_after_eviction_bytes: z.number(),
  /** From past runs on this machine; null before the first. */
  estimated_seconds: z.number().nullable(),
})
export type FitView = z.infer<typeof fitView>
