import type { Checkpoint, Placement } from '@hearth/contract'
import { AppError } from '@hearth/contract'
import { z } from 'zod'
import { espeakData } from '../../sherpa/espeak-data.ts'
import type { Speaker } from '../../sherpa/library.ts'
import { filesOf, readTokens, required } from '../../sherpa/model-folder.ts'
import { checkedMetadata, describeOnnx, requireShape } from '../../sherpa/onnx-file.ts'
import { openSpeaker } from '../../sherpa/open-speaker.ts'
import { findVocoder } from '../../sherpa/vocoder.ts'

/** What sherpa assumes where the decoder does not say it. */
const count = z.coerce.number().int().positive()
const metadata = z.object({
  sample_rate: count.default(24_000),
  feat_dim: count.default(100),
  num_mels: count.default(100),
  n_fft: count.default(1024),
  hop_length: count.default(256),
  window_length: count.default(1024),
})

/**
 * Loads ZipVoice as it was converted for sherpa-onnx. All files are looked at before: sherpa ends the process over one
 * that it cannot use.
 * @throws AppError `unavailable` without the engine, `model-broken` where a file is missing or wrong.
 */
export async function openVoice({ dir }: Checkpoint, placement: Placement): Promise<Speaker> {
  const names = await filesOf(dir)
  const file = (pattern: RegExp, what: string) => required(dir, names, pattern, what)
  const encoder = await describeOnnx(file(/^encoder.*\.onnx$/, 'the encoder'))
  requireShape(encoder, { inputs: 4, outputs: 1 })
  const decoder = await describeOnnx(file(/^decoder.*\.onnx$/, 'the decoder'))
  requireShape(decoder, { inputs: 5, outputs: 1 })
  checkedMetadata(metadata, decoder)
  const vocoder = await findVocoder(dir, names)
  const tokens = file(/^tokens\.txt$/, 'tokens.txt')
  if (!(await readTokens(tokens, { unique: true })).has(' ')) {
    throw new AppError('model-broken', `${tokens} has no blank among its tokens`, { hint: 'Pull the model again.' })
  }
  const lexicon = file(/^lexicon\.txt$/, 'lexicon.txt')
  const paths = { encoder: encoder.path, decoder: decoder.path, vocoder, tokens, lexicon }
  return openSpeaker(dir, { zipvoice: { ...paths, dataDir: await espeakData(dir) } }, placement)
}
