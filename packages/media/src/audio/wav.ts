/** Samples from -1 to 1 as 16 bits, the least byte first. */
export function pcm16(samples: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(samples.length * 2)
  for (const [at, sample] of samples.entries()) {
    bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), at * 2)
  }
  return bytes
}

/** What a WAV file of whole numbers begins with. */
export function wavHeader(sampleRate: number, dataBytes: number, { bits = 16, channels = 1 } = {}): Uint8Array {
  const frame = (bits / 8) * channels
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + dataBytes, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * frame, 28)
  header.writeUInt16LE(frame, 32)
  header.writeUInt16LE(bits, 34)
  header.write('data', 36)
  header.writeUInt32LE(dataBytes, 40)
  return header
}
