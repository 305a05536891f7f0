import { AppError } from '@hearth/contract'
import { field, readFields } from './protobuf.ts'
import { noiseFunction, replaceNoise } from './repeatable-noise.ts'
import { type VoiceConfig, voiceMetadata } from './voice-config.ts'

/** Fields of an ONNX model: its graph and its pairs of names and values. */
const graph = 7
const metadataProps = 14

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
    throw new AppError('model-broken', 'the voice is no ONNX model, or a part of one', { hint, cause })
  }
  if (!whole) throw new AppError('model-broken', 'the voice is no ONNX model', { hint })
  return found
}
const hint = 'Verify the model, or pull it again.'

/**
 * The weights with the metadata that sherpa needs, and with noise that is the same every time. Both are appended, which
 * the format allows; changes `onnx` in place.
 */
export function completeVoice(onnx: Buffer, config: VoiceConfig): Buffer {
  const present = readMetadata(onnx)
  const missing = Object.entries(voiceMetadata(config)).filter(([key]) => !present.has(key))
  const metadata = missing.map(([key, value]) => field(metadataProps, [field(1, key), field(2, value)]))
  const noise = replaceNoise(onnx) > 0 ? [noiseFunction()] : []
  return Buffer.concat([onnx, ...metadata, ...noise])
}
