import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkpoint } from '@hearth/contract'
import { fromHalf } from '@hearth/runtime/onnx'
import { englishWhisper } from '../faster-whisper/starter-under-test.ts'
import { type Tensor, tensorsOf } from './ct2-under-test.ts'

/**
 * The starter's Whisper in whisper.cpp's format: the weights of the catalogue are at a hub that not every machine reaches.
 * Its matrices are in blocks of 32 with 8 bits, as in `ggml-tiny.en-q8_0.bin`. It hears ten seconds at a time instead of
 * thirty, which is less than a third of the work. Made once for all tests of this checkout.
 */
export async function englishGgml(): Promise<Checkpoint> {
  const checkpoint = await englishWhisper()
  const dir = join(checkpoint.dir, '../../hearth-ggml/tiny.en-ten-seconds')
  const path = join(dir, 'ggml-tiny.en-q8_0.bin')
  const made = await readFile(path).catch(() => undefined)
  const bytes = made ?? (await convert(checkpoint.dir))
  if (made === undefined) {
    await mkdir(dir, { recursive: true })
    const partial = `${path}.${process.pid}`
    await writeFile(partial, bytes)
    await rename(partial, path)
  }
  return { ...checkpoint, id: 'ggml-tiny-en', family: 'whisper-cpp', dir, bytes: bytes.length, precision: 'int8' }
}

/** Fiftieths of a second. */
const heardAtOnce = 500

async function convert(dir: string): Promise<Buffer> {
  const tensors = tensorsOf(await readFile(join(dir, 'model.bin')))
  const words = wordsOf(await readFile(join(dir, 'vocabulary.txt'), 'utf8'))
  // Tokens, then context, width, heads and layers of both halves, bands and the kind of most tensors.
  const head = [0x67676d6c, 51_864, heardAtOnce, 384, 6, 4, 448, 384, 6, 4, 80, 2007]
  const vocabulary = words.flatMap(word => [integers(word.length), word])
  const mels = melFilters(80)
  return Buffer.concat([
    integers(...head, 80, 201),
    Buffer.from(mels.buffer),
    integers(words.length),
    ...vocabulary,
    ...tensors.flatMap(tensor => written(tensor.name === 'encoder.positional_embedding' ? cutShort(tensor) : tensor)),
  ])
}

const cutShort = ({ name, shape: [, width = 0], half }: Tensor): Tensor => ({
  name,
  shape: [heardAtOnce, width],
  half: half.slice(0, heardAtOnce * width),
})

const integers = (...values: number[]): Buffer => Buffer.from(Int32Array.from(values).buffer)

function written({ name, shape, half }: Tensor): Buffer[] {
  const isPlain = shape.length < 2 || name.includes('positional_embedding') || /conv\d\.bias/.test(name)
  const type = isPlain ? 0 : shape.length === 2 ? 8 : 1
  const head = integers(shape.length, name.length, type, ...shape.toReversed())
  const data = type === 1 ? Buffer.from(half.slice().buffer) : type === 0 ? floats(half) : inBlocks(fromHalf(half))
  return [head, Buffer.from(name), data]
}

const floats = (half: Uint16Array): Buffer => Buffer.from(Float32Array.from(fromHalf(half)).buffer)

/** Each 32 numbers as a scale of 16 bits and 32 bytes. */
function inBlocks(values: Float32Array): Buffer {
  const blocks = values.length / 32
  const bytes = Buffer.alloc(34 * blocks)
  for (let block = 0; block < blocks; block++) {
    const some = values.subarray(32 * block, 32 * block + 32)
    const scale = some.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127
    bytes.writeUInt16LE(toHalf(scale), 34 * block)
    some.forEach((value, at) => {
      bytes.writeInt8(scale === 0 ? 0 : Math.round(value / scale), 34 * block + 2 + at)
    })
  }
  return bytes
}

/** A small positive number in 16 bits. */
function toHalf(value: number): number {
  const exponent = Math.max(-14, Math.floor(Math.log2(value)))
  const isNormal = value >= 2 ** -14
  if (!isNormal) return Math.round(value * 2 ** 24)
  return Math.round((value / 2 ** exponent - 1) * 1024) + ((exponent + 15) << 10)
}

/** Words of the vocabulary as bytes, without the marks: whisper.cpp makes those itself. */
function wordsOf(vocabulary: string): Buffer[] {
  const bytes = byteOfCharacter()
  const words = vocabulary.split('\n')
  return words
    .slice(0, words.indexOf('<|endoftext|>'))
    .map(word => Buffer.from(Array.from(word, character => bytes.get(character) ?? 0)))
}

/** The alphabet of byte-level vocabularies: bytes that cannot be seen have letters from number 256 on. */
function byteOfCharacter(): Map<string, number> {
  const isSeen = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173)
  let next = 256
  return new Map(Array.from({ length: 256 }, (_, byte) => [String.fromCodePoint(isSeen(byte) ? byte : next++), byte]))
}

/** Triangles of equal area on the scale of Slaney, 201 frequencies each. */
function melFilters(bands: number): Float32Array {
  const toHertz = (mel: number) => (mel < 15 ? (mel * 200) / 3 : 1000 * Math.exp((Math.log(6.4) / 27) * (mel - 15)))
  const top = 15 + (27 * Math.log(8)) / Math.log(6.4)
  const corners = Array.from({ length: bands + 2 }, (_, at) => toHertz((top * at) / (bands + 1)))
  return Float32Array.from({ length: bands * 201 }, (_, at) => {
    const [band, hertz] = [Math.floor(at / 201), 40 * (at % 201)]
    const [low = 0, middle = 0, high = 0] = corners.slice(band, band + 3)
    const height = Math.min((hertz - low) / (middle - low), (high - hertz) / (high - middle))
    return (Math.max(0, height) * 2) / (high - low)
  })
}
