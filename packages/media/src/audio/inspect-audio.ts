import { open } from 'node:fs/promises'
import { AppError } from '@hearth/contract'
import { movingPicture } from '../video/inspect-video.ts'
import { inputArgs, type ProbedFile, probeFile } from '../video/probe-file.ts'
import { sniffedBytes } from '../video/sniff-video.ts'
import {
  findAudioFormat,
  type SoundFormat,
  sniffAudio,
  soundDemuxer,
  soundHint,
  soundMime,
  tagLength,
} from './sniff-audio.ts'
import { readWavLayout } from './wav-file.ts'

/** What a file says of its sound. Nothing is decoded. */
export interface AudioInfo {
  format: SoundFormat
  /** `video/...` where it has moving pictures too. */
  mime: string
  /** Where the file says it: what was sent as it was recorded does not. */
  seconds?: number
  sampleRate: number
  channels: number
  codec: string
  /** Size of the moving picture beside the sound. */
  width: number | null
  height: number | null
}

/** The format of a file by its first bytes, or by those behind its tag. @throws AppError `unsupported-media`. */
export async function soundFormat(path: string): Promise<SoundFormat> {
  const file = await open(path, 'r')
  try {
    const read = async (at: number) => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(sniffedBytes), 0, sniffedBytes, at)
      return buffer.subarray(0, bytesRead)
    }
    const head = await read(0)
    const tag = tagLength(head)
    return (tag === 0 ? undefined : findAudioFormat(await read(tag))) ?? sniffAudio(head)
  } finally {
    await file.close()
  }
}

/** What keeps a file from making ffmpeg read anything but itself. @throws AppError `unsupported-media`. */
export async function guardedSound(path: string): Promise<string[]> {
  return inputArgs(path, soundDemuxer(await soundFormat(path)))
}

/**
 * Reads length, rate and channels of the first sound track. Plain WAV needs no ffmpeg.
 * @throws AppError `unsupported-media` (no sound), `invalid-input` (damaged, or no sound track), `unavailable` (no ffmpeg).
 */
export async function inspectAudio(path: string, { signal }: { signal?: AbortSignal } = {}): Promise<AudioInfo> {
  const format = await soundFormat(path)
  const wav = format === 'wav' ? await readWavLayout(path) : undefined
  if (wav) {
    const { channels, sampleRate, bits, encoding, dataBytes } = wav
    const seconds = Math.floor((dataBytes * 8) / (channels * bits)) / sampleRate
    const codec = `pcm_${encoding}${bits}`
    return { format, mime: soundMime(format, false), seconds, sampleRate, channels, codec, width: null, height: null }
  }
  const said = { failure: 'the sound is damaged or cut off', hint: damagedHint }
  return describe(format, await probeFile(inputArgs(path, soundDemuxer(format)), { signal, ...said }))
}
export const damagedHint = 'Play it in a player; if it plays, convert it to WAV or MP3 and try again.'

function describe(format: SoundFormat, { streams, format: container }: ProbedFile): AudioInfo {
  const sound = streams.find(stream => stream.codec_type === 'audio')
  const picture = movingPicture(streams)
  const [sampleRate, channels] = [Number(sound?.sample_rate), sound?.channels ?? 0]
  if (!sound || !(sampleRate > 0) || channels < 1) throw noSound()
  const seconds = Number(sound.duration ?? container.duration)
  return {
    format,
    mime: soundMime(format, picture !== undefined),
    ...(seconds > 0 ? { seconds } : {}),
    sampleRate,
    channels,
    codec: sound.codec_name ?? 'unknown',
    width: picture?.width ?? null,
    height: picture?.height ?? null,
  }
}

export function noSound(cause?: unknown): AppError {
  return new AppError('invalid-input', 'the file has no sound that can be decoded', { hint: soundHint, cause })
}
