import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '@hearth/contract'

/** What a ggml file says of itself. */
export interface GgmlFile {
  multilingual: boolean
  /** Cantonese came with the third large model. */
  cantonese: boolean
}

const magic = 0x67676d6c
/** Tokens of the English vocabulary; every other one is for many languages. */
const englishTokens = 51_864
const cantoneseTokens = 51_866

/** Elements and bytes of a block, by ggml's number of the type. */
const blocks: Readonly<Record<number, readonly [elements: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
}

/**
 * Looks at the whole outline of a file, from its mark to the end of its last tensor, without reading the weights:
 * whisper.cpp reads what is cut off as whatever lies in memory, and ends the process over what it does not expect.
 * @throws AppError `model-broken`.
 */
export async function readGgml(path: string): Promise<GgmlFile> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const reader = integersOf(file, path, size)
    const [mark = 0, tokens = 0, , , , , , , , , mels = 0] = await reader.take(12)
    if (mark !== magic) throw broken(path, 'is no ggml file')
    if (tokens < englishTokens || tokens > cantoneseTokens || (mels !== 80 && mels !== 128)) {
      throw broken(path, 'holds another model than Whisper')
    }
    const [rows = 0, columns = 0] = await reader.take(2)
    reader.skip(4 * rows * columns)
    await skipWords(reader)
    const tensors = await countTensors(reader)
    if (tensors === 0) throw broken(path, 'holds no weights')
    return { multilingual: tokens !== englishTokens, cantonese: tokens >= cantoneseTokens }
  } finally {
    await file.close()
  }
}

interface Integers {
  take(count: number): Promise<number[]>
  /** @throws AppError where there is not so much left. */
  skip(bytes: number): void
  readonly atEnd: boolean
}

async function skipWords(reader: Integers): Promise<void> {
  const [words = 0] = await reader.take(1)
  for (let word = 0; word < words; word++) {
    const [length = 0] = await reader.take(1)
    reader.skip(length)
  }
}

async function countTensors(reader: Integers): Promise<number> {
  let tensors = 0
  while (!reader.atEnd) {
    const [dimensions = 0, name = 0, type = 0] = await reader.take(3)
    const [elements, bytes] = blocks[type] ?? [0, 0]
    if (dimensions < 1 || dimensions > 4 || elements === 0) return 0
    const shape = await reader.take(dimensions)
    reader.skip(name + (shape.reduce((product, size) => product * size, 1) / elements) * bytes)
    tensors += 1
  }
  return tensors
}

const blockSize = 2 ** 16

/** The file's integers one after the other, read in blocks: there are 50,000 short words before the weights. */
function integersOf(file: FileHandle, path: string, size: number): Integers {
  let position = 0
  let block: Buffer = Buffer.alloc(0)
  let blockStart = 0
  const need = (bytes: number) => {
    if (Number.isInteger(bytes) && bytes >= 0 && position + bytes <= size) return
    throw broken(path, 'is damaged, or its end is missing')
  }
  return {
    async take(count) {
      const bytes = 4 * count
      need(bytes)
      if (position < blockStart || position + bytes > blockStart + block.length) {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(blockSize), 0, blockSize, position)
        block = buffer.subarray(0, bytesRead)
        blockStart = position
      }
      const at = position - blockStart
      position += bytes
      return Array.from({ length: count }, (_, index) => block.readInt32LE(at + 4 * index))
    },
    skip(bytes) {
      need(bytes)
      position += bytes
    },
    get atEnd() {
      return position === size
    },
  }
}

const broken = (path: string, what: string): AppError =>
  new AppError('model-broken', `${path} ${what}`, { hint: 'Verify the model, or pull it again.' })
