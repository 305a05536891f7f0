/** One thing that was looked at. */
export interface Finding {
  /** `note`: it works without. */
  state: 'ok' | 'note' | 'fail'
  subject: string
  /** What was found, with the cause. */
  text: string
  /** What to do about it. */
  remedy?: string
}

export const ok = (subject: string, text: string): Finding => ({ state: 'ok', subject, text })
export const note = (subject: string, text: string, remedy?: string): Finding => ({
  state: 'note',
  subject,
  text,
  ...(remedy === undefined ? {} : { remedy }),
})
export const fail = (subject: string, text: string, remedy: string): Finding => ({
  state: 'fail',
  subject,
  text,
  remedy,
})

/** A finding in one line. */
export function sentence({ state, subject, text, remedy }: Finding): string {
  return `${state.padEnd(4)}  ${subject.padEnd(10)} ${text.trim()}${remedy === undefined ? '' : ` -> ${remedy}`}`
}
