import { defineFamily } from '@hearth/contract'
import { z } from 'zod'
import { task as transcribe } from '../../transcribe/spec.ts'
import { whisperLanguages } from '../../transcript/language-names.ts'
import { task as translateSpeech } from '../../translate-speech/spec.ts'

/** The engine, Python with its libraries, and ten minutes of sound with what is computed of them. */
const base = 1000 * 2 ** 20

/** What tells Whisper in CTranslate2's format from other folders with a `model.bin`. */
const whisper = z.object({
  lang_ids: z.array(z.int()),
  suppress_ids: z.array(z.int()),
  /** A blank and the end of the text, whose number tells the vocabulary. */
  suppress_ids_begin: z.tuple([z.int(), z.int()]),
})
const endOfEnglishText = 50_256

/** Whisper by faster-whisper (CTranslate2), in a Python process beside the engine. */
export const family = defineFamily({
  id: 'faster-whisper',
  title: 'faster-whisper',
  engine: 'python',
  environment: 'speech',
  tasks: [transcribe.id, translateSpeech.id],
  async describe(folder) {
    const names = new Set(folder.files.map(({ path }) => path))
    const vocabulary = names.has('tokenizer.json') || names.has('vocabulary.json') || names.has('vocabulary.txt')
    if (!names.has('model.bin') || !vocabulary) return undefined
    const parsed = whisper.safeParse(await folder.json('config.json'))
    if (!parsed.success) return undefined
    const english = parsed.data.suppress_ids_begin[1] === endOfEnglishText
    return {
      title: english ? 'Whisper (English)' : 'Whisper',
      tasks: english ? [transcribe.id] : [transcribe.id, translateSpeech.id],
      precision: 'mixed',
      defaults: {},
      languages: english ? ['en'] : [...whisperLanguages],
    }
  },
  // Weights are held as they are published while they are made 8-bit.
  estimate: checkpoint => base + Math.round(1.6 * checkpoint.bytes),
})
