import { AppError } from '@hearth/contract'

/** The speakers of a model: numbers from 0, some of them with names. */
export interface SpeakerNames {
  count: number
  names: Readonly<Record<string, number>>
}

/**
 * Number of the speaker that is asked for, by name or number; the first where none is.
 * @throws AppError `invalid-input` with the names that there are.
 */
export function speakerNumber({ count, names }: SpeakerNames, voice: string | undefined): number {
  if (voice === undefined) return 0
  const id = Object.hasOwn(names, voice) ? names[voice] : undefined
  if (id !== undefined) return id
  if (/^\d+$/.test(voice) && Number(voice) < count) return Number(voice)
  const named = Object.keys(names)
  const known = named.length > 0 ? named : [`0 to ${count - 1}`]
  const shown = known.slice(0, 20).join(', ')
  throw new AppError('invalid-input', `voice: the model has no voice ${JSON.stringify(voice.slice(0, 60))}`, {
    path: ['voice'],
    hint: `It has ${shown}${known.length > 20 ? ` and ${known.length - 20} more` : ''}; leave it away for the first.`,
  })
}
