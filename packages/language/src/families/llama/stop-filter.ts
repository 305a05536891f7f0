/** Lets text through until one of these strings comes, wherever the pieces are cut. */
export interface StopFilter {
  /** The text of which it is certain that no stop string begins in it. */
  push(text: string): string
  /** What was held back: the text has ended. */
  end(): string
  /** The stop string that was met; then nothing is let through any more. */
  readonly met: string | undefined
}

export function createStopFilter(stops: readonly string[]): StopFilter {
  let held = ''
  let met: string | undefined
  return {
    push(text) {
      if (met !== undefined) return ''
      held += text
      const first = firstOf(stops, held)
      if (first) {
        met = first.stop
        const before = held.slice(0, first.at)
        held = ''
        return before
      }
      const safe = held.length - longestBegin(stops, held)
      const given = held.slice(0, safe)
      held = held.slice(safe)
      return given
    },
    end() {
      const rest = held
      held = ''
      return rest
    },
    get met() {
      return met
    },
  }
}

function firstOf(stops: readonly string[], text: string): { stop: string; at: number } | undefined {
  const found = stops.map(stop => ({ stop, at: text.indexOf(stop) })).filter(({ at }) => at >= 0)
  return found.sort((a, b) => a.at - b.at || b.stop.length - a.stop.length)[0]
}

/** Length of the longest end of `text` with which one of these strings begins. */
export function longestBegin(strings: readonly string[], text: string): number {
  let longest = 0
  for (const string of strings) {
    for (let length = Math.min(string.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(string.slice(0, length))) longest = length
    }
  }
  return longest
}
