import { defineFamily } from '@hearth/contract'
import { task as transcribe } from '../../transcribe/spec.ts'
import { task as translateSpeech } from '../../translate-speech/spec.ts'

/** The engine, a model of voices, and what is computed of half a minute. */
const base = 500 * 2 ** 20

/** How whisper.cpp's files are called: `ggml-base.bin`, `ggml-tiny.en-q8_0.bin`. */
const ggml = /(^|\/)ggml-[^/]+\.bin$/
const english = /\.en([.-][^/]*)?\.bin$/
/** These were trained to write down only. */
const turbo = /turbo/
const precisions = [
  [/-q8_0\./, 'int8'],
  [/-q\d/, 'mixed'],
] as const

/** Whisper as ggml files, by whisper.cpp within the engine's process. */
export const family = defineFamily({
  id: 'whisper-cpp',
  title: 'whisper.cpp',
  engine: 'ggml',
  tasks: [transcribe.id, translateSpeech.id],
  async describe(folder) {
    const weights = folder.files.find(({ path }) => ggml.test(path))
    if (!weights) return undefined
    const precision = precisions.find(([name]) => name.test(weights.path))?.[1] ?? 'fp16'
    const forEnglish = english.test(weights.path)
    return {
      title: forEnglish ? 'Whisper (ggml, English)' : 'Whisper (ggml)',
      tasks: forEnglish || turbo.test(weights.path) ? [transcribe.id] : [transcribe.id, translateSpeech.id],
      precision,
      defaults: {},
      ...(forEnglish ? { languages: ['en'] } : {}),
    }
  },
  estimate: ({ bytes }) => base + Math.round(1.4 * bytes),
})
