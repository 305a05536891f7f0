import { join } from 'node:path'
import type { Checkpoint, Placement } from '@hearth/contract'
import { z } from 'zod'
import { espeakData } from '../../sherpa/espeak-data.ts'
import { filesOf, readTokens, required } from '../../sherpa/model-folder.ts'
import { checkedMetadata, describeOnnx, requireShape } from '../../sherpa/onnx-file.ts'
import { openSpeaker } from '../../sherpa/open-speaker.ts'
import { findVocoder } from '../../sherpa/vocoder.ts'
import type { SpeakingModel } from '../../speaking/synthesise-speech.ts'

const count = z.coerce.number().int().nonnegative()
const metadata = z
  .object({
    sample_rate: count.pipe(z.number().positive()),
    n_speakers: count,
    /** How it finds the sounds of words: by a list for Chinese, by eSpeak for others. */
    jieba: count.default(0),
    has_espeak: count.default(0),
    pad_id: count.optional(),
  })
  .refine(({ jieba, has_espeak }) => jieba + has_espeak > 0, { error: 'neither jieba nor has_espeak is set' })

/**
 * Loads Matcha-TTS as icefall exports it. All files are looked at before: sherpa ends the process over one that it cannot
 * use.
 * @throws AppError `unavailable` without the engine, `model-broken` where a file is missing or wrong.
 */
export async function openVoice({ dir }: Checkpoint, placement: Placement): Promise<SpeakingModel> {
  const names = await filesOf(dir)
  const file = (pattern: RegExp, what: string) => required(dir, names, pattern, what)
  const graph = await describeOnnx(file(/^model.*\.onnx$/, 'the acoustic model'))
  requireShape(graph, { inputs: 4, outputs: 1 })
  const { jieba, has_espeak, n_speakers } = checkedMetadata(metadata, graph)
  const vocoder = await findVocoder(dir, names)
  const tokens = file(/^tokens\.txt$/, 'tokens.txt')
  await readTokens(tokens, { unique: true })
  const matcha = {
    acousticModel: graph.path,
    vocoder,
    tokens,
    ...(jieba > 0 ? { lexicon: file(/^lexicon\.txt$/, 'lexicon.txt') } : {}),
    ...(has_espeak > 0 ? { dataDir: await espeakData(dir) } : {}),
  }
  const grammars = ['phone.fst', 'date.fst', 'number.fst'].filter(name => names.includes(name))
  const paths = grammars.map(name => join(dir, name))
  const speaker = await openSpeaker(dir, { matcha }, placement, paths)
  return { speaker, voices: { count: Math.max(1, n_speakers), names: {} }, lengthScale: 1 }
}
