import { readFile } from 'node:fs/promises'
import { AppError } from '@hearth/contract'
import { z } from 'zod'
import type { SpeakerNames } from '../../speaking/speaker-number.ts'

/** What lies beside a Piper voice as `<voice>.onnx.json`, as far as it is used. */
const voiceConfig = z.object({
  audio: z.object({ sample_rate: z.int().min(8000).max(96_000) }),
  espeak: z.object({ voice: z.string().min(1) }),
  language: z.object({ code: z.string().optional(), name_english: z.string().optional() }).default({}),
  dataset: z.string().optional(),
  inference: z
    .object({
      noise_scale: z.number().default(0.667),
      length_scale: z.number().positive().default(1),
      noise_w: z.number().default(0.8),
    })
    .prefault({}),
  phoneme_type: z.string().default('espeak'),
  phoneme_id_map: z.record(z.string().min(1), z.array(z.int()).min(1)),
  num_speakers: z.int().min(1).default(1),
  speaker_id_map: z.record(z.string(), z.int()).default({}),
})
export type VoiceConfig = z.output<typeof voiceConfig>

/** @throws AppError `model-broken` where it cannot be read, or where the voice is of a kind that cannot be spoken. */
export async function readVoiceConfig(path: string): Promise<VoiceConfig> {
  const hint = 'Get the voice again, with the .onnx.json file that belongs to it.'
  let json: unknown
  try {
    json = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new AppError('model-broken', `cannot read ${path}`, { hint, cause })
  }
  const parsed = voiceConfig.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = `${issue?.path.join('.')}: ${issue?.message}`
    throw new AppError('model-broken', `${path} does not describe a Piper voice: ${where}`, { hint })
  }
  const { phoneme_type } = parsed.data
  if (phoneme_type !== 'espeak') {
    throw new AppError('model-broken', `${path}: a voice for phonemes of the kind ${phoneme_type} cannot be spoken`, {
      hint: 'Take a voice for phonemes of eSpeak.',
    })
  }
  return parsed.data
}

/** The table of phonemes as sherpa reads it: a line for each, its sign and its first number, in the order of these. */
export function tokensText({ phoneme_id_map }: VoiceConfig): string {
  return Object.entries(phoneme_id_map)
    .map(([phoneme, [id = 0]]) => ({ phoneme, id }))
    .sort((a, b) => a.id - b.id)
    .map(({ phoneme, id }) => `${phoneme} ${id}\n`)
    .join('')
}

/** What sherpa reads from the weights' own metadata. A voice as published has none, and sherpa would end the process. */
export function voiceMetadata(config: VoiceConfig): Record<string, string> {
  return {
    model_type: 'vits',
    comment: 'piper',
    language: config.language.name_english ?? config.language.code ?? 'unknown',
    voice: config.espeak.voice,
    has_espeak: '1',
    n_speakers: String(config.num_speakers),
    sample_rate: String(config.audio.sample_rate),
  }
}

/** Its speakers: the only one is called as the data that it was made of. */
export function voiceSpeakers({ speaker_id_map, num_speakers, dataset }: VoiceConfig): SpeakerNames {
  const only = num_speakers === 1 && dataset !== undefined ? { [dataset]: 0 } : {}
  return { count: num_speakers, names: { ...only, ...speaker_id_map } }
}
