import { type FileHandle, open } from 'node:fs/promises'

/** How a WAV file holds its samples. */
export interface WavLayout {
  encoding: 'int' | 'float'
  bits: 8 | 16 | 24 | 32 | 64
  channels: number
  sampleRate: number
  /** Where the samples begin and how many bytes they have, by what is really there. */
  dataAt: number
  dataBytes: number
}

/** A header says what it likes: beyond these, ffmpeg is asked. */
const mostChannels = 64
const mostChunks = 1000
const [leastRate, mostRate] = [1000, 768_000]

/** The layout of a WAV file with plain samples; undefined for any other, such as one with ADPCM inside. */
export async function readWavLayout(path: string): Promise<WavLayout | undefined> {
  const file = await open(path, 'r')
  try {
    return await findLayout(file)
  } finally {
    await file.close()
  }
}

type Format = Pick<WavLayout, 'encoding' | 'bits' | 'channels' | 'sampleRate'>

async function findLayout(file: FileHandle): Promise<WavLayout | undefined> {
  const { size } = await file.stat()
  const start = (await readAt(file, 0, 12)).toString('latin1')
  if (!start.startsWith('RIFF') || start.slice(8) !== 'WAVE') return undefined
  let format: Format | undefined
  let at = 12
  for (let chunk = 0; chunk < mostChunks && at + 8 <= size; chunk++) {
    const head = await readAt(file, at, 8)
    const name = head.toString('latin1', 0, 4)
    const length = head.readUInt32LE(4)
    if (name === 'fmt ') format = parseFormat(await readAt(file, at + 8, Math.min(length, 40)))
    // Programs that write to a pipe cannot know the length: what is there counts.
    if (name === 'data') return format && { ...format, dataAt: at + 8, dataBytes: dataBytes(length, size - at - 8) }
    at += 8 + length + (length % 2)
  }
  return undefined
}

function dataBytes(said: number, there: number): number {
  return said === 0 ? there : Math.min(said, there)
}

/** The words of a `fmt ` chunk. 1: whole numbers, 3: floating point, 0xfffe: the same two bytes follow further on. */
function parseFormat(chunk: Buffer): Format | undefined {
  if (chunk.length < 16) return undefined
  const tag = chunk.readUInt16LE(0)
  const kind = tag === 0xfffe && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag
  const [channels, sampleRate, block, bits] = [
    chunk.readUInt16LE(2),
    chunk.readUInt32LE(4),
    chunk.readUInt16LE(12),
    chunk.readUInt16LE(14),
  ]
  if (channels < 1 || channels > mostChannels || sampleRate < leastRate || sampleRate > mostRate) return undefined
  if (block !== (channels * bits) / 8) return undefined
  if (kind === 1 && (bits === 8 || bits === 16 || bits === 24 || bits === 32)) {
    return { encoding: 'int', bits, channels, sampleRate }
  }
  return kind === 3 && (bits === 32 || bits === 64) ? { encoding: 'float', bits, channels, sampleRate } : undefined
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
  return buffer.subarray(0, bytesRead)
}

/** Frames that are read at a time. */
const blockFrames = 16_384

/** The samples, mean of all channels, in blocks. */
export async function* readWav(path: string, layout: WavLayout): AsyncGenerator<Float32Array, void, undefined> {
  const { channels, bits, dataAt, dataBytes } = layout
  const frameBytes = (channels * bits) / 8
  const sample = sampleReader(layout)
  const file = await open(path, 'r')
  try {
    const end = dataAt + Math.floor(dataBytes / frameBytes) * frameBytes
    for (let at = dataAt; at < end; ) {
      const bytes = await readAt(file, at, Math.min(blockFrames * frameBytes, end - at))
      const frames = Math.floor(bytes.length / frameBytes)
      if (frames === 0) return
      yield meanOfChannels(bytes, frames, channels, bits / 8, sample)
      at += frames * frameBytes
    }
  } finally {
    await file.close()
  }
}

type SampleReader = (bytes: Buffer, at: number) => number

function meanOfChannels(bytes: Buffer, frames: number, channels: number, width: number, sample: SampleReader) {
  const block = new Float32Array(frames)
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += sample(bytes, (frame * channels + channel) * width)
    block[frame] = sum / channels
  }
  return block
}

function sampleReader({ encoding, bits }: WavLayout): SampleReader {
  if (encoding === 'float') {
    return bits === 64 ? (bytes, at) => bytes.readDoubleLE(at) : (bytes, at) => bytes.readFloatLE(at)
  }
  if (bits === 8) return (bytes, at) => (bytes.readUInt8(at) - 128) / 128
  if (bits === 16) return (bytes, at) => bytes.readInt16LE(at) / 32_768
  if (bits === 24) return (bytes, at) => bytes.readIntLE(at, 3) / 8_388_608
  return (bytes, at) => bytes.readInt32LE(at) / 2_147_483_648
}
