/** Of a voice, in hertz. */
const [lowest, highest] = [50, 500]

/**
 * How high a voice speaks: the median of the fundamental frequencies of its voiced stretches, each told by the peak of
 * its autocorrelation.
 */
export function fundamental(samples: Float32Array, sampleRate: number): number {
  const size = Math.round(0.05 * sampleRate)
  const found: number[] = []
  for (let at = 0; at + 2 * size < samples.length; at += size) {
    const frame = samples.subarray(at, at + 2 * size)
    const longest = Math.floor(sampleRate / lowest)
    const likeness = Array.from({ length: longest + 1 }, (_, lag) => correlation(frame, lag))
    const shortest = Math.floor(sampleRate / highest)
    const best = Math.max(...likeness.slice(shortest))
    if (best < 0.85) continue
    // The first of the peaks: the others are its multiples.
    const lag = likeness.findIndex(
      (value, lag) => lag >= shortest && value > 0.95 * best && value >= (likeness[lag + 1] ?? 0),
    )
    found.push(sampleRate / lag)
  }
  found.sort((a, b) => a - b)
  const median = found[found.length >> 1]
  if (median === undefined) throw new Error('no stretch is voiced')
  return median
}

/** How alike a frame is to itself some samples later, from -1 to 1. */
function correlation(frame: Float32Array, lag: number): number {
  let [product, early, late] = [0, 1e-9, 1e-9]
  for (let at = 0; at + lag < frame.length; at++) {
    const [a, b] = [frame[at] ?? 0, frame[at + lag] ?? 0]
    product += a * b
    early += a * a
    late += b * b
  }
  return product / Math.sqrt(early * late)
}
