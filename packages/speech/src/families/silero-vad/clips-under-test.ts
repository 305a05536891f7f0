import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import golden from './golden/spans.json' with { type: 'json' }

type Part = (string | number)[]

const dir = join(import.meta.dirname, 'golden')

/** Samples of 16 bits, made as scripts/golden/speech_spans.py makes them. */
export async function madeClip(parts: readonly Part[]): Promise<Int16Array> {
  const file = await readFile(join(dir, 'speech.wav'))
  const speech = new Int16Array(new Uint8Array(file.subarray(44)).buffer)
  return Int16Array.from(
    parts.flatMap(([kind, samples, level, start]) =>
      make(speech, String(kind), Number(samples), Number(level ?? 0), Number(start ?? 0)),
    ),
    sample => Math.max(-32_768, Math.min(32_767, sample)),
  )
}

function make(speech: Int16Array, kind: string, samples: number, level: number, start: number): number[] {
  if (kind === 'speech') return [...speech.subarray(start, start + samples)].map(sample => sample * level)
  if (kind === 'noise') return noise(samples, level)
  if (kind === 'chord') return chord(samples, level)
  return new Array<number>(samples).fill(0)
}

function noise(samples: number, amplitude: number): number[] {
  let state = 1
  return Array.from({ length: samples }, () => {
    state = (state * 16_807) % (2 ** 31 - 1)
    return (state % (2 * amplitude + 1)) - amplitude
  })
}

function chord(samples: number, amplitude: number): number[] {
  return Array.from({ length: samples }, (_, at) => {
    const shift = 4 * (Math.floor(at / 8000) % 4)
    const waves = [30, 24, 20].map(period => (Math.floor(at / (period + shift)) % 2 === 0 ? amplitude : -amplitude))
    return waves.reduce((sum, wave) => sum + wave, 0)
  })
}

export const { clips, settings } = golden
