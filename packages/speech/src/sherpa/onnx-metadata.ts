import { AppError } from '@hearth/contract'
import { readFields } from './protobuf.ts'

/** Fields of an ONNX model: its graph and its pairs of names and values. */
const graph = 7
export const metadataProps = 14

/** The metadata of ONNX weights. @throws AppError `model-broken` where the file is no ONNX model. */
export function readMetadata(onnx: Uint8Array): Map<string, string> {
  const found = new Map<string, string>()
  let whole = false
  try {
    for (const { number, bytes } of readFields(onnx)) {
      if (number === graph) whole = true
      if (number !== metadataProps) continue
      const [key = '', value = ''] = [...readFields(bytes)].map(({ bytes }) => Buffer.from(bytes).toString())
      found.set(key, value)
    }
  } catch (cause) {
    throw new AppError('model-broken', 'the file is no ONNX model, or a part of one', { hint, cause })
  }
  if (!whole) throw new AppError('model-broken', 'the file is no ONNX model', { hint })
  return found
}
const hint = 'Verify the model, or pull it again.'
