import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '@hearth/contract'
import type { z } from 'zod'
import { metadataProps } from './onnx-metadata.ts'
import { readFields } from './protobuf.ts'

/** What an ONNX file says of itself. The weights are not read. */
export interface OnnxFile {
  path: string
  name: string
  metadata: Readonly<Record<string, string>>
  /** Names of what goes in and what comes out, in their order. */
  inputs: readonly string[]
  outputs: readonly string[]
}

/** Fields of a model and of its graph. */
const [graphField, inputField, outputField] = [7, 11, 12]
/** What is read at a time: more than the longest head of a field. */
const window = 1 << 16

const hint = 'Verify the model, or pull it again.'

/** @throws AppError `model-broken` where the file is no ONNX model, or a part of one. */
export async function describeOnnx(path: string): Promise<OnnxFile> {
  const name = basename(path)
  const metadata: Record<string, string> = {}
  const inputs: string[] = []
  const outputs: string[] = []
  let whole = false
  const file = await open(path, 'r')
  try {
    const read = startReading(file)
    for await (const field of fieldsOf(read, 0, (await file.stat()).size)) {
      if (field.number === metadataProps) {
        const [key = '', value = ''] = texts(await read(field.from, field.to - field.from))
        metadata[key] = value
      }
      if (field.number !== graphField) continue
      whole = true
      for await (const part of fieldsOf(read, field.from, field.to)) {
        const list = part.number === inputField ? inputs : part.number === outputField ? outputs : undefined
        list?.push(texts(await read(part.from, part.to - part.from))[0] ?? '')
      }
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new AppError('model-broken', `${name} is no ONNX model, or a part of one`, { hint, cause })
  } finally {
    await file.close()
  }
  if (!whole) throw new AppError('model-broken', `${name} is no ONNX model`, { hint })
  return { path, name, metadata, inputs, outputs }
}

/** The metadata as numbers and names. @throws AppError `model-broken` with what is wrong in which file. */
export function checkedMetadata<T>(schema: z.ZodType<T>, { name, metadata }: Pick<OnnxFile, 'name' | 'metadata'>): T {
  const parsed = schema.safeParse(metadata)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const what = [...(issue?.path ?? []), issue?.message].join(': ')
  throw new AppError('model-broken', `the metadata of ${name} is not as it should be: ${what}`, {
    hint: 'Take a file that was converted for sherpa-onnx.',
    cause: parsed.error,
  })
}

/** @throws AppError `model-broken` where fewer go in or come out than sherpa hands over: it would end the process. */
export function requireShape({ name, inputs, outputs }: OnnxFile, shape: { inputs: number; outputs: number }): void {
  if (inputs.length >= shape.inputs && outputs.length >= shape.outputs) return
  const found = `${inputs.length} inputs and ${outputs.length} outputs`
  throw new AppError('model-broken', `${name} has ${found}, where ${shape.inputs} and ${shape.outputs} are wanted`, {
    hint: 'Take a file that was converted for sherpa-onnx.',
  })
}

type Read = (from: number, length: number) => Promise<Uint8Array>

/** Reads pieces of a file, those near to each other at once. */
function startReading(file: FileHandle): Read {
  let [start, held] = [0, new Uint8Array()]
  return async (from, length) => {
    if (from < start || from + length > start + held.length) {
      const { buffer, bytesRead } = await file.read(new Uint8Array(Math.max(length, window)), 0, null, from)
      start = from
      held = buffer.subarray(0, bytesRead)
    }
    return held.subarray(from - start, from - start + length)
  }
}

interface FieldPlace {
  number: number
  from: number
  to: number
}

/** Where the fields of a message lie. @throws RangeError where it is cut, or none. */
async function* fieldsOf(read: Read, from: number, end: number): AsyncGenerator<FieldPlace> {
  for (let at = from; at < end; ) {
    // A head is a tag and a length, of ten bytes each at most.
    const head = await read(at, Math.min(20, end - at))
    const tag = varint(head, 0)
    const wire = tag.value % 8
    const number = Math.floor(tag.value / 8)
    const next = wire === 2 || wire === 0 ? varint(head, tag.size) : { value: 0, size: 0 }
    const begin = at + tag.size + next.size
    const length = wire === 2 ? next.value : wire === 0 ? 0 : wire === 5 ? 4 : wire === 1 ? 8 : -1
    if (number === 0 || length < 0 || begin + length > end) throw new RangeError('a field of the message is cut')
    yield { number, from: begin, to: begin + length }
    at = begin + length
  }
}

function varint(bytes: Uint8Array, from: number): { value: number; size: number } {
  let value = 0
  for (let size = 0; size < 10; size++) {
    const byte = bytes[from + size]
    if (byte === undefined) break
    value += (byte % 128) * 128 ** size
    if (byte < 128) return { value, size: size + 1 }
  }
  throw new RangeError('a number of the message is cut')
}

const texts = (message: Uint8Array): string[] =>
  [...readFields(message)].filter(({ bytes }) => bytes.length > 0).map(({ bytes }) => Buffer.from(bytes).toString())
