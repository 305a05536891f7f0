import type { Tokenizer } from './tokenizer.ts'

/**
 * Cuts a prompt into windows that the encoder can read, each with start, end and padding. A word is kept in one window
 * where it fits into one. An empty prompt is one empty window.
 */
export function promptWindows(tokenizer: Tokenizer, prompt: string): number[][] {
  const room = tokenizer.length - 2
  const ids = tokenizer.encode(prompt)
  const windows: number[][] = []
  for (let from = 0; from < ids.length || windows.length === 0; ) {
    let to = Math.min(from + room, ids.length)
    if (to < ids.length) {
      let cut = to
      while (cut > from && !tokenizer.endsWord(ids[cut - 1] ?? 0)) cut -= 1
      if (cut > from) to = cut
    }
    windows.push(framed(tokenizer, ids.slice(from, to)))
    from = to
    if (ids.length === 0) break
  }
  return windows
}

function framed(tokenizer: Tokenizer, ids: number[]): number[] {
  const padding = tokenizer.length - 2 - ids.length
  return [tokenizer.start, ...ids, tokenizer.end, ...new Array<number>(padding).fill(tokenizer.pad)]
}
