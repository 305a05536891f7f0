import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type Checkpoint, type Placement } from '@hearth/contract'
import { z } from 'zod'
import { espeakData } from '../../sherpa/espeak-data.ts'
import { filesOf, readTokens, required } from '../../sherpa/model-folder.ts'
import { checkedMetadata, describeOnnx, requireShape } from '../../sherpa/onnx-file.ts'
import { openSpeaker } from '../../sherpa/open-speaker.ts'
import type { SpeakerNames } from '../../speaking/speaker-number.ts'
import type { SpeakingModel } from '../../speaking/synthesise-speech.ts'

const count = z.coerce.number().int().positive()
const metadata = z.object({
  sample_rate: count,
  n_speakers: count,
  has_espeak: z.coerce.number().int(),
  /** From 2 on it speaks several languages, by word lists. */
  version: count.default(1),
  /** Lengths of sentences, 1, numbers for each: a voice has a style for every length. */
  style_dim: z
    .string()
    .regex(/^\d+,1,\d+$/)
    .transform(text => text.split(',').map(Number)),
  speaker_names: z.string().default(''),
})

/**
 * Loads Kokoro as it was converted for sherpa-onnx. All files are looked at before: sherpa ends the process over one that
 * it cannot use.
 * @throws AppError `unavailable` without the engine, `model-broken` where a file is missing or wrong.
 */
export async function openVoices({ dir }: Checkpoint, placement: Placement): Promise<SpeakingModel> {
  const names = await filesOf(dir)
  const file = (pattern: RegExp, what: string) => required(dir, names, pattern, what)
  const graph = await describeOnnx(file(/^model.*\.onnx$/, 'the model'))
  requireShape(graph, { inputs: 3, outputs: 1 })
  const about = checkedMetadata(metadata, graph)
  const voices = file(/^voices\.bin$/, 'voices.bin')
  await requireVoices(voices, about)
  const tokens = file(/^tokens\.txt$/, 'tokens.txt')
  await readTokens(tokens, { unique: true })
  const lexicon = about.version < 2 ? {} : { lexicon: wordLists(dir, names) }
  const kokoro = { model: graph.path, voices, tokens, dataDir: await espeakData(dir), ...lexicon }
  const grammars = ['phone-zh.fst', 'date-zh.fst', 'number-zh.fst'].filter(name => names.includes(name))
  const paths = grammars.map(name => join(dir, name))
  return { speaker: await openSpeaker(dir, { kokoro }, placement, paths), voices: speakers(about), lengthScale: 1 }
}

async function requireVoices(path: string, { style_dim, n_speakers }: z.output<typeof metadata>): Promise<void> {
  const wanted = style_dim.reduce((product, size) => product * size, 4 * n_speakers)
  const { size } = await stat(path)
  if (size === wanted) return
  throw new AppError('model-broken', `${path} has ${size} bytes, where the model wants ${wanted}`, {
    hint: 'Take voices.bin from where the model is from.',
  })
}

/** How words are spoken, by language. British English only where there is no other: the first list of a word counts. */
function wordLists(dir: string, names: readonly string[]): string {
  const lists = names.filter(name => /^lexicon.*\.txt$/.test(name))
  const american = lists.some(name => name.includes('us-en'))
  const taken = lists.filter(name => !(american && name.includes('gb-en')))
  if (taken.length > 0) return taken.map(name => join(dir, name)).join(',')
  throw new AppError('model-broken', `lexicon-*.txt is missing in ${dir}`, { hint: 'Pull the model again.' })
}

function speakers({ n_speakers, speaker_names }: z.output<typeof metadata>): SpeakerNames {
  const names = speaker_names.split(',').map(name => name.trim())
  const known = names.slice(0, n_speakers).flatMap((name, number) => (name === '' ? [] : [[name, number] as const]))
  return { count: n_speakers, names: Object.fromEntries(known) }
}
