/** What a wave is drawn from. */
export interface Wave {
  /** 0 to 1, the loudest at 1. */
  peaks: number[]
  /** Length of the sound, which recordings of browsers do not tell by themselves. */
  seconds: number
}

/** The loudest sample of each of so many parts, as a share of the loudest of all. */
export function peaksOf(samples: Float32Array, count: number): number[] {
  const peaks = Array.from({ length: count }, (_, part) => {
    const end = Math.floor(((part + 1) * samples.length) / count)
    let peak = 0
    for (let at = Math.floor((part * samples.length) / count); at < end; at++) {
      peak = Math.max(peak, Math.abs(samples[at] ?? 0))
    }
    return peak
  })
  const loudest = Math.max(...peaks)
  return loudest === 0 ? peaks : peaks.map(peak => peak / loudest)
}

/** Enough to see words by, and an hour of it has its place in memory. */
const rate = 8000
/** Larger files are played without a picture of them. */
const mostBytes = 48e6

/** The wave of a sound that the browser can decode; null where it cannot, or where the file is large. */
export async function readWave(address: string, count: number, signal: AbortSignal): Promise<Wave | null> {
  const response = await fetch(address, { signal })
  if (!response.ok || Number(response.headers.get('content-length') ?? 0) > mostBytes) {
    await response.body?.cancel()
    return null
  }
  const bytes = await response.arrayBuffer()
  if (bytes.byteLength > mostBytes) return null
  const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes)
  return { peaks: peaksOf(sound.getChannelData(0), count), seconds: sound.duration }
}
