import { metadataProps, readMetadata } from '../../sherpa/onnx-metadata.ts'
import { field } from '../../sherpa/protobuf.ts'
import { noiseFunction, replaceNoise } from './repeatable-noise.ts'
import { type VoiceConfig, voiceMetadata } from './voice-config.ts'

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
