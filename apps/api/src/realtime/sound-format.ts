import { startResampler } from '@hearth/media'
import { alaw, type Companding, ulaw } from './g711.ts'

/** How sound travels: 16 bits with the least byte first, or as telephones have it. */
export type SoundFormat = 'pcm16' | 'g711_ulaw' | 'g711_alaw'

export const rateOf: Record<SoundFormat, 24_000 | 8000> = { pcm16: 24_000, g711_ulaw: 8000, g711_alaw: 8000 }
const telephone: Partial<Record<SoundFormat, Companding>> = { g711_ulaw: ulaw, g711_alaw: alaw }

/** What everything that listens hears: samples of 16 bits, so many a second. Times are counted in them. */
export const hearingRate = 16_000

export const millisecondsOf = (samples: number) => Math.round((1000 * samples) / hearingRate)
export const samplesOf = (milliseconds: number) => Math.round((hearingRate * milliseconds) / 1000)

/** Sound as a client sends it, in pieces of any size, on its way to those that listen. */
export interface SoundReader {
  write(bytes: Uint8Array): Int16Array
  /** What the filter still holds. */
  end(): Int16Array
}

/** One filter for all pieces: nothing breaks where they meet. */
export function readSound(format: SoundFormat): SoundReader {
  const resampler = startResampler(rateOf[format], hearingRate)
  const companding = telephone[format]
  let half: Buffer = Buffer.alloc(0)
  const samples = (bytes: Uint8Array): Float32Array => {
    if (companding) return Float32Array.from(bytes, byte => companding.decode(byte) / 32_768)
    const all = Buffer.concat([half, bytes])
    const whole = all.length - (all.length % 2)
    half = all.subarray(whole)
    return Float32Array.from({ length: whole / 2 }, (_, at) => all.readInt16LE(2 * at) / 32_768)
  }
  return {
    write: bytes => sixteenBits(resampler.write(samples(bytes))),
    end: () => sixteenBits(resampler.end()),
  }
}

function sixteenBits(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, sample => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))))
}

/** Samples of 16 bits at the rate of the format, as a client hears them. */
export function writeSound(format: SoundFormat, pcm: Buffer): Buffer {
  const companding = telephone[format]
  if (!companding) return pcm
  const bytes = Buffer.alloc(pcm.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = companding.encode(pcm.readInt16LE(2 * at))
  return bytes
}
