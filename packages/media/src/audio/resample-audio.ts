/** Zero crossings of the filter on each side. */
const reach = 24

/** Sound on its way from one rate to another. What comes out is the same wherever the blocks are cut. */
export interface Resampler {
  write(samples: Float32Array): Float32Array
  /** What is left: beyond its ends the sound is silence. */
  end(): Float32Array
}

/** Sound at another rate, by a windowed sinc that takes away what the lower of both rates cannot hold. */
export function resampleAudio(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples
  const resampler = startResampler(from, to)
  const [most, rest] = [resampler.write(samples), resampler.end()]
  const whole = new Float32Array(most.length + rest.length)
  whole.set(most)
  whole.set(rest, most.length)
  return whole
}

/** As `resampleAudio`, block by block: no more of the sound is kept than the filter reaches over. */
export function startResampler(from: number, to: number): Resampler {
  const ratio = to / from
  const cutoff = Math.min(1, ratio) * 0.97
  const width = reach / cutoff
  const kernels: Float64Array[] = []
  const phases = phaseCount(from, to)
  /** Samples whose first is number `first`; those before the beginning are silence. */
  let kept = new Float32Array(Math.ceil(width) + 1)
  let first = -kept.length
  let received = 0
  let made = 0
  const make = (until: number) => {
    const output = new Float32Array(Math.max(0, until - made))
    for (let at = 0; at < output.length; at++, made++) {
      const centre = made / ratio
      const start = Math.ceil(centre - width)
      const phase = made % phases
      const kernel = kernels[phase] ?? makeKernel(start - centre, width, cutoff)
      kernels[phase] = kernel
      output[at] = weigh(kept, start - first, kernel)
    }
    const needless = Math.min(kept.length, Math.max(0, Math.ceil(made / ratio - width) - first))
    kept = kept.slice(needless)
    first += needless
    return output
  }
  const take = (samples: Float32Array) => {
    const joined = new Float32Array(kept.length + samples.length)
    joined.set(kept)
    joined.set(samples, kept.length)
    kept = joined
  }
  return {
    write(samples) {
      take(samples)
      received += samples.length
      return make(Math.min(Math.round(received * ratio), Math.floor((received - width - 1) * ratio)))
    },
    end() {
      take(new Float32Array(Math.ceil(width) + 2))
      return make(Math.round(received * ratio))
    },
  }
}

/** Positions between two samples come again after so many outputs, for whole rates. */
export function phaseCount(from: number, to: number): number {
  return to / greatestDivisor(from, to)
}

function weigh(samples: Float32Array, from: number, kernel: Float64Array): number {
  let sum = 0
  for (let tap = 0; tap < kernel.length; tap++) sum += (samples[from + tap] ?? 0) * (kernel[tap] ?? 0)
  return sum
}

/** The filter's taps from an offset on, of sum 1. */
function makeKernel(offset: number, width: number, cutoff: number): Float64Array {
  const taps = new Float64Array(Math.floor(2 * width) + 1)
  for (let tap = 0; tap < taps.length; tap++) {
    const x = offset + tap
    if (Math.abs(x) >= width) continue
    const window = 0.42 + 0.5 * Math.cos((Math.PI * x) / width) + 0.08 * Math.cos((2 * Math.PI * x) / width)
    taps[tap] = window * (x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x))
  }
  const sum = taps.reduce((a, b) => a + b, 0)
  return taps.map(value => value / sum)
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
