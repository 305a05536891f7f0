import type { ModelView } from '@hearth/contract'
import { task as synthesiseSpeech } from '@hearth/speech/synthesise-speech/spec'
import { task as transcribe } from '@hearth/speech/transcribe/spec'

const attribution = { name: 'Hearth', url: '' }
const program = { name: 'hearth', attribution, installed: true, description: 'Hearth', version: null }

/** What can be heard and said now. Home Assistant takes the first program of each kind. */
export function describeInfo(models: readonly ModelView[]): Record<string, unknown> {
  const ears = usable(models, transcribe.id)
  const voices = usable(models, synthesiseSpeech.id)
  return {
    asr:
      ears.length === 0
        ? []
        : [
            {
              ...program,
              models: ears.map(describeModel),
              supports_transcript_streaming: true,
              requires_external_vad: false,
            },
          ],
    tts:
      voices.length === 0
        ? []
        : [{ ...program, voices: voices.map(describeModel), supports_synthesize_streaming: true }],
    handle: [],
    intent: [],
    wake: [],
    mic: [],
    snd: [],
  }
}

/** A default comes first. */
function usable(models: readonly ModelView[], task: string): ModelView[] {
  const able = models.filter(({ state, tasks }) => state === 'installed' && tasks.includes(task))
  return able.sort((a, b) => Number(b.default_for.includes(task)) - Number(a.default_for.includes(task)))
}

function describeModel({ id, title, languages, licence }: ModelView) {
  return {
    name: id,
    languages,
    attribution: { name: licence.id, url: licence.url ?? '' },
    installed: true,
    description: title,
    version: null,
  }
}

/**
 * The model for what a client wants: the one it names, else one of the language it names, else the task's default
 * (undefined).
 */
export function chooseModel(
  models: readonly ModelView[],
  task: string,
  { name, language }: { name?: string | undefined; language?: string | undefined },
): string | undefined {
  if (name !== undefined && name !== program.name) return name
  if (language === undefined) return undefined
  const base = baseOf(language)
  const able = usable(models, task)
  return (
    able.find(({ languages }) => languages.includes(language)) ??
    able.find(({ languages }) => languages.some(other => baseOf(other) === base))
  )?.id
}

/** `en` of `en-US` and `en_US`. */
export function baseOf(language: string): string {
  return language.toLowerCase().split(/[-_]/)[0] ?? language
}
