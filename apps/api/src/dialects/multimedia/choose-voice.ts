import { AppError, type ModelView } from '@hearth/contract'
import { languageCode } from '@hearth/speech/transcript/language-names'

/** Whoever may speak: `default`, `default-female`. Which voice is there cannot be told by its sex. */
const any = /^default($|[-_])/i

/** What a client says of who shall speak. */
export interface VoiceWish {
  /** A model's id, or one of the voices of the default model. */
  voice: string | undefined
  language: string | undefined
}

/**
 * The model that speaks, and which of its voices. Undefined: the default.
 * @param task id of the task that reads aloud.
 * @throws AppError `model-not-installed` where nobody speaks the language: a voice of another would read out nonsense.
 */
export function chooseVoice(models: readonly ModelView[], task: string, { voice, language }: VoiceWish) {
  const voices = models.filter(({ tasks }) => tasks.includes(task))
  const named = voices.find(({ id, aliases }) => [id, ...aliases].some(name => same(name, voice)))
  if (named) return { model: named.id, voice: undefined }
  const own = voice === undefined || any.test(voice) ? undefined : voice
  return { model: language === undefined ? undefined : speakerOf(voices, task, language), voice: own }
}

function speakerOf(voices: readonly ModelView[], task: string, language: string): string | undefined {
  const installed = voices.filter(({ state }) => state === 'installed')
  const speaks = ({ languages }: ModelView) => languages.some(other => baseOf(other) === baseOf(language))
  const usual = installed.find(({ default_for }) => default_for.includes(task))
  if (usual && speaks(usual)) return usual.id
  const found = installed.find(speaks)
  // One of which nothing is known may speak it.
  if (found || installed.some(({ languages }) => languages.length === 0)) return found?.id
  const pullable = voices.filter(speaks).map(({ id }) => `hearth pull ${id}`)
  throw new AppError('model-not-installed', `language: no installed voice speaks ${language.slice(0, 50)}`, {
    path: ['language'],
    hint: pullable.length > 0 ? `Get one with: ${pullable.join(' or ')}.` : 'Put the folder of a voice into models/.',
  })
}

function baseOf(language: string): string {
  return languageCode(language) ?? language
}

function same(name: string, voice: string | undefined): boolean {
  return name.toLowerCase() === voice?.toLowerCase()
}
