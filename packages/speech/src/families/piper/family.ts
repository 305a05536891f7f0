import { defineFamily } from '@hearth/contract'
import { z } from 'zod'
import { task } from '../../synthesise-speech/spec.ts'

const tasks = [task.id]

/** The process itself with sherpa-onnx in it, and the copy of a sentence's length that is being made. */
const base = 450 * 2 ** 20

/** What tells a Piper voice from other graphs with a JSON file beside them. */
const voice = z.object({
  audio: z.object({ quality: z.string().optional() }),
  espeak: z.object({ voice: z.string() }),
  language: z.object({ code: z.string().optional() }).default({}),
  dataset: z.string().optional(),
  phoneme_type: z.literal('espeak').default('espeak'),
  phoneme_id_map: z.object({}),
})

/** Piper voices (VITS) by sherpa-onnx, as they were published; eSpeak's data lies beside them. */
export const family = defineFamily({
  id: 'piper',
  title: 'Piper',
  engine: 'sherpa',
  tasks,
  async describe(folder) {
    const graph = folder.files.map(({ path }) => path).find(path => /^[^/]+\.onnx$/.test(path))
    if (graph === undefined) return undefined
    const parsed = voice.safeParse(await folder.json(`${graph}.json`))
    if (!parsed.success) return undefined
    const { code } = parsed.data.language
    const languages = code === undefined ? [] : [code.replace('_', '-')]
    return { title: `Voice ${graph.replace(/\.onnx$/, '')}`, tasks, precision: 'mixed', defaults: {}, languages }
  },
  // The weights, and while loading their copy as well.
  estimate: checkpoint => base + 3 * checkpoint.bytes,
  work: input => (typeof input === 'object' && input !== null && 'text' in input ? String(input.text).length : 0),
})
