import { z } from 'zod'

/** Formats of sound. WAV and PCM need no other program. */
export const audioFormat = z.enum(['wav', 'mp3', 'opus', 'aac', 'flac', 'pcm'])
export type AudioFormat = z.output<typeof audioFormat>

/** How files of each format are called. */
export const audioFiles = {
  wav: { mime: 'audio/wav', ending: 'wav' },
  mp3: { mime: 'audio/mpeg', ending: 'mp3' },
  opus: { mime: 'audio/ogg', ending: 'ogg' },
  aac: { mime: 'audio/aac', ending: 'aac' },
  flac: { mime: 'audio/flac', ending: 'flac' },
  pcm: { mime: 'audio/pcm', ending: 'pcm' },
} as const satisfies Record<AudioFormat, { mime: string; ending: string }>

export const sampleRates = [8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const
