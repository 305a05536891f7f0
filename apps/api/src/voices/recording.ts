import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@hearth/contract'
import { encodeAudio, readAudio } from '@hearth/media'

/** Seconds of a recording: less says too little of a voice, more is no better. */
export const [shortest, longest] = [5, 30]

/** Samples a second that are kept: as many as the models that copy voices take. */
const sampleRate = 24_000

/** A recording as it is kept: WAV of one channel, without whatever else the file held. */
export interface Recording {
  bytes: Uint8Array
  seconds: number
}

/** @throws AppError `invalid-input` where it is too short or too long; what is wrong with the file. */
export async function readRecording(bytes: Uint8Array): Promise<Recording> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-voice-'))
  const encoder = encodeAudio({ format: 'wav', sampleRate })
  let samples = 0
  try {
    const path = join(folder, 'recording')
    await writeFile(path, bytes, { mode: 0o600 })
    for await (const block of readAudio(path, { sampleRate })) {
      samples += block.length
      if (samples > longest * sampleRate) throw unfit('longer')
      await encoder.write(block)
    }
    if (samples < shortest * sampleRate) throw unfit('shorter')
    return { bytes: await encoder.end(), seconds: samples / sampleRate }
  } catch (error) {
    await encoder.abandon()
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function unfit(how: 'longer' | 'shorter'): AppError {
  const limit = how === 'longer' ? longest : shortest
  return new AppError('invalid-input', `the recording is ${how} than ${limit} seconds`, {
    hint: `Send ${shortest} to ${longest} seconds in which one person speaks.`,
  })
}
