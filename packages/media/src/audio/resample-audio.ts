/** Zero crossings of the filter on each side. */
const reach = 24

/**
 * Sound at another rate, by a windowed sinc that takes away what the lower of both rates cannot hold. Beyond its ends the
 * sound is silence.
 */
export function resampleAudio(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples
  const ratio = to / from
  const cutoff = Math.min(1, ratio) * 0.97
  const width = reach / cutoff
  const output = new Float32Array(Math.round(samples.length * ratio))
  const kernels = new Map<number, Float64Array>()
  // Positions between two samples come again after so many outputs, for whole rates.
  const phases = to / greatestDivisor(from, to)
  for (let at = 0; at < output.length; at++) {
    const centre = at / ratio
    const first = Math.ceil(centre - width)
    const phase = at % phases
    const kernel = kernels.get(phase) ?? makeKernel(first - centre, width, cutoff)
    kernels.set(phase, kernel)
    let sum = 0
    for (let tap = 0; tap < kernel.length; tap++) sum += (samples[first + tap] ?? 0) * (kernel[tap] ?? 0)
    output[at] = sum
  }
  return output
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
