import { z } from 'zod'
import { type Session, type TurnSettings, usualTurns } from '../../../realtime/session.ts'
import type { SoundFormat } from '../../../realtime/sound-format.ts'
import { language } from '../transcription-wish.ts'

/** What sessions of both generations have in common. */

const eagerness = z.enum(['low', 'medium', 'high', 'auto'])
/** Meaning is not looked at here: whoever may be interrupted early is waited for less. */
const patience = { low: 1000, medium: 600, auto: 600, high: 300 } satisfies Record<z.output<typeof eagerness>, number>

const serverVad = z.object({
  type: z.literal('server_vad'),
  threshold: z.number().min(0.01).max(0.99).default(usualTurns.threshold),
  prefix_padding_ms: z.int().min(0).max(5000).default(usualTurns.prefix_padding_ms),
  silence_duration_ms: z.int().min(100).max(10_000).default(usualTurns.silence_duration_ms),
  create_response: z.boolean().default(true),
  interrupt_response: z.boolean().default(true),
  idle_timeout_ms: z.int().min(5000).max(30_000).nullable().default(null),
})
const semanticVad = z.object({
  type: z.literal('semantic_vad'),
  eagerness: eagerness.default('auto'),
  create_response: z.boolean().default(true),
  interrupt_response: z.boolean().default(true),
})

export const turnDetection = z
  .discriminatedUnion('type', [serverVad, semanticVad])
  .transform((wish): TurnSettings => {
    const { type, ...settings } = wish
    if (wish.type === 'server_vad') return { ...usualTurns, ...settings }
    return { ...usualTurns, ...settings, silence_duration_ms: patience[wish.eagerness] }
  })
  .nullable()

export function turnDetectionView(turns: TurnSettings | null) {
  if (turns === null) return null
  const { eagerness, create_response, interrupt_response, ...server } = turns
  const both = { create_response, interrupt_response }
  return eagerness === undefined
    ? { type: 'server_vad' as const, ...server, ...both }
    : { type: 'semantic_vad' as const, eagerness, ...both }
}

export const transcription = z
  .object({
    model: z.string().min(1).optional(),
    language: language.optional(),
    prompt: z.string().max(4000).optional(),
  })
  .nullable()
  .transform(wish => wish ?? {})

export function transcriptionView(wish: Session['input']['transcription']) {
  return Object.values(wish).every(value => value === undefined) ? null : wish
}

export const voice = z.union([z.string().min(1), z.object({ id: z.string().min(1) }).transform(({ id }) => id)])
export const speed = z.number().min(0.25).max(1.5)
export const instructions = z.string().max(100_000)
export const maxTokens = z
  .union([z.int().min(1).max(1_000_000), z.literal('inf')], 'expected a number of tokens or "inf"')
  .transform(limit => (limit === 'inf' ? undefined : limit))
export const maxTokensView = (limit: number | undefined) => limit ?? 'inf'

export const modalities = z
  .array(z.enum(['text', 'audio']))
  .min(1)
  .transform((wish): Session['modality'] => (wish.includes('audio') ? 'audio' : 'text'))

export const tools = z.array(
  z
    .object({
      type: z.literal('function', 'only tools of the type function can be called'),
      name: z.string(),
      description: z.string().nullish(),
      parameters: z.record(z.string(), z.json()).nullish(),
    })
    .transform(({ name, description, parameters }) => ({
      name,
      ...(description == null ? {} : { description }),
      ...(parameters == null ? {} : { parameters }),
    })),
)
export const toolsView = (given: Session['tools']) =>
  (given ?? []).map(tool => ({ type: 'function' as const, ...tool }))

export const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z
    .object({ type: z.literal('function'), name: z.string() })
    .transform(({ name }) => ({ names: [name], required: true })),
])
export function toolChoiceView(choice: Session['tool_choice']) {
  if (typeof choice !== 'object') return choice ?? 'auto'
  return { type: 'function' as const, name: choice.names[0] }
}

export const metadata = z.record(z.string(), z.string()).nullish()

const formatNames = { 'audio/pcm': 'pcm16', 'audio/pcmu': 'g711_ulaw', 'audio/pcma': 'g711_alaw' } as const
export const betaFormat = z.enum(['pcm16', 'g711_ulaw', 'g711_alaw'])
export const gaFormat = z
  .union([
    z.object({ type: z.literal('audio/pcm'), rate: z.literal(24_000).optional() }),
    z.object({ type: z.enum(['audio/pcmu', 'audio/pcma']) }),
  ])
  .transform(({ type }): SoundFormat => formatNames[type])
export function gaFormatView(format: SoundFormat) {
  if (format === 'pcm16') return { type: 'audio/pcm' as const, rate: 24_000 }
  return { type: format === 'g711_ulaw' ? ('audio/pcmu' as const) : ('audio/pcma' as const) }
}

/** What is given, over what was there. */
export function over<T extends object>(before: T, given: { [K in keyof T]?: T[K] | undefined }): T {
  return { ...before, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }
}
