import { errorStatus } from '@hearth/contract'
import { z } from 'zod'

const id = z.string()
const bytes = z.number().nonnegative()
const codes = Object.keys(errorStatus) as [keyof typeof errorStatus]

/** What a sidecar says; `apps/sidecar/hearth_sidecar/wire.py` writes it. */
export const sidecarEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('progress'), id, done: z.number(), total: z.number() }),
  z.object({ event: z.literal('chunk'), id, value: z.unknown() }),
  z.object({ event: z.literal('log'), id, level: z.enum(['info', 'warn', 'error']), message: z.string() }),
  z.object({ event: z.literal('done'), id, result: z.unknown(), bytes }),
  z.object({
    event: z.literal('failed'),
    id,
    bytes,
    code: z.enum(codes),
    message: z.string(),
    hint: z.string().optional(),
    path: z.array(z.string()).optional(),
  }),
])
export type SidecarEvent = z.output<typeof sidecarEvent>

export type SidecarMessage = { id: string; method: string; params: Record<string, unknown> } | { cancel: string }
