import { AppError } from '@hearth/contract'

/** What a model of speech understands. */
export interface Understands {
  multilingual: boolean
  /** Codes of languages. */
  languages: readonly string[]
}

/** @throws AppError `invalid-input` for what these weights cannot understand or say. */
export function checkLanguage(
  { multilingual, languages }: Understands,
  language: string | undefined,
  translates: boolean,
): void {
  const hint = 'Take a model for many languages, such as whisper-base.'
  if (translates && !multilingual) {
    throw new AppError('invalid-input', 'this model understands English only: it has nothing to translate', { hint })
  }
  if (language === undefined || languages.includes(language)) return
  throw new AppError(
    'invalid-input',
    multilingual
      ? `this model does not know the language ${language}`
      : `this model understands English only, not ${language}`,
    { path: ['language'], hint: multilingual ? `It knows ${languages.join(', ')}.` : hint },
  )
}
