/** Milliseconds for which an answer counts as recent. */
const moment = 1000

/** Remembers an answer for a moment. What failed is not remembered. */
export function createRecent<T>(ask: () => Promise<T>) {
  let last: { at: number; answer: Promise<T> } | undefined
  return {
    /** The last answer, if it was asked for a moment ago. */
    recent(): Promise<T> | undefined {
      return last && performance.now() - last.at < moment ? last.answer : undefined
    },
    fresh(): Promise<T> {
      const asked = { at: performance.now(), answer: ask() }
      last = asked
      asked.answer.catch(() => {
        if (last === asked) last = undefined
      })
      return asked.answer
    },
    forget(): void {
      last = undefined
    },
  }
}
