/** Samples that are played while more of them come. */
export interface SamplePlayer {
  /** The next of them: 16 bits each, the least byte first, in base64. */
  add(base64: string): void
  /** Resolves when all that were added have been heard. */
  ended(): Promise<void>
  close(): Promise<void>
}

/** Samples out of bytes that may be cut anywhere: what is left of the last one waits for its other half. */
export function createSampleReader() {
  let left: number[] = []
  return (bytes: Uint8Array): Float32Array<ArrayBuffer> => {
    const all = new Uint8Array([...left, ...bytes])
    const whole = all.length - (all.length % 2)
    left = [...all.subarray(whole)]
    const view = new DataView(all.buffer)
    return Float32Array.from({ length: whole / 2 }, (_, place) => view.getInt16(place * 2, true) / 0x8000)
  }
}

/** Opened by a click, for browsers make no sound without one. */
export function openSamplePlayer(sampleRate: number): SamplePlayer {
  const context = new AudioContext({ sampleRate })
  const read = createSampleReader()
  let end = 0
  let last: Promise<void> = Promise.resolve()
  return {
    add(base64) {
      const samples = read(Uint8Array.from(atob(base64), sign => sign.charCodeAt(0)))
      if (samples.length === 0) return
      const buffer = context.createBuffer(1, samples.length, sampleRate)
      buffer.copyToChannel(samples, 0)
      const source = context.createBufferSource()
      source.buffer = buffer
      source.connect(context.destination)
      end = Math.max(end, context.currentTime)
      source.start(end)
      end += buffer.duration
      last = new Promise(resolve => {
        source.onended = () => resolve()
      })
    },
    ended: () => last,
    close: () => context.close(),
  }
}
