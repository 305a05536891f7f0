import { AppError, type ModelView } from '@hearth/contract'
import { task as synthesiseSpeech } from '@hearth/speech/synthesise-speech/spec'
import { languageCode } from '@hearth/speech/transcript/language-names'
import type { Body } from '../../http/body.ts'
import { chooseVoice } from './choose-voice.ts'
import { fieldsOf } from './order-fields.ts'

/** What a job is asked, and of which model. */
export interface AudioOrder {
  input: Record<string, unknown>
  model: string | undefined
}

/** Sizes of Whisper, as clients of this dialect name its models. */
const sizes = /^(tiny|base|small|medium|large-v3|large-v3-turbo)(\.en)?$/i
const shortNames: Record<string, string> = { large: 'large-v3', turbo: 'large-v3-turbo' }

/** What is to be written down. @throws AppError `invalid-input`. */
export function transcribeOrder(body: Body): AudioOrder {
  const given = said(body)
  const { audio } = given
  if (audio === undefined || (audio instanceof File && audio.size === 0)) throw noSound(given)
  const language = text(given, 'language')
  return {
    input: { audio, ...(language === undefined || language === 'auto' ? {} : { language: codeOf(language) }) },
    model: whisperOf(text(given, 'model') ?? text(given, 'model_id')),
  }
}

/** What is to be read aloud. @throws AppError `invalid-input`; as `chooseVoice`. */
export function synthesizeOrder(body: Body, models: readonly ModelView[]): AudioOrder {
  const given = said(body)
  const wish = { voice: text(given, 'voice'), language: text(given, 'language') }
  const named = text(given, 'model') ?? text(given, 'model_id')
  const { model, voice } =
    named === undefined ? chooseVoice(models, synthesiseSpeech.id, wish) : { ...wish, model: named }
  const numbers = ['speed', 'pitch'].flatMap(name => {
    const value = given[name]
    return value === undefined ? [] : [[name, body.kind === 'form' ? Number(value) : value] as const]
  })
  return {
    input: {
      text: given.text,
      ...(voice === undefined ? {} : { voice }),
      ...Object.fromEntries(numbers),
      format: 'mp3',
    },
    model,
  }
}

/** What was sent; null and empty text mean: not said. */
function said(body: Body): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fieldsOf(body)).filter(([, value]) => value !== null && value !== ''))
}

function text(given: Record<string, unknown>, name: string): string | undefined {
  const value = given[name]
  if (value === undefined || typeof value === 'string') return value
  throw new AppError('invalid-input', `${name}: expected a text`, { path: [name] })
}

function codeOf(language: string): string {
  const code = languageCode(language)
  if (code !== undefined) return code
  throw new AppError('invalid-input', 'language: expected the code of a language, such as zh or en', {
    path: ['language'],
    hint: 'Leave it away to have it heard.',
  })
}

function whisperOf(model: string | undefined): string | undefined {
  if (model === undefined) return undefined
  const size = shortNames[model.toLowerCase()] ?? model
  return sizes.test(size) ? `whisper-${size.toLowerCase().replace('.', '-')}` : model
}

function noSound(given: Record<string, unknown>): AppError {
  const other = Object.entries(given).find(([, value]) => value instanceof File && value.size > 0)?.[0]
  const got = other === undefined ? '' : `; the form has a file in ${JSON.stringify(other.slice(0, 50))}`
  return new AppError('invalid-input', `audio: a sound is missing${got}`, {
    path: ['audio'],
    hint: 'Send the file as the part "audio" of a multipart form.',
  })
}
