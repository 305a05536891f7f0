import { deflateSync } from 'node:zlib'
import type { Recognised } from '../../sherpa/library.ts'
import type { SpokenWord, TranscriptSegment } from '../../transcript-fields.ts'
import type { Piece } from './pieces.ts'
import { listenerRate } from './recent-sound.ts'

/** What was heard in a piece as a segment of the transcript; undefined where nothing was said. How sure it is nobody tells. */
export function segmentOf(
  heard: Recognised,
  piece: Piece,
  { id, words }: { id: number; words: boolean },
): TranscriptSegment | undefined {
  const text = heard.text.trim()
  if (text === '') return undefined
  const [start, end] = [piece.start / listenerRate, piece.end / listenerRate]
  return {
    id,
    start,
    end,
    // As Whisper's: a blank goes before where the language has any.
    text: startsApart(text) ? ` ${text}` : text,
    seek: Math.round(100 * start),
    compression_ratio: compressionRatio(text),
    ...(words ? { words: wordsOf(heard, start, end) } : {}),
  }
}

/** Words from pieces of words: each that begins apart from the one before begins a word, and lasts until the next. */
export function wordsOf({ tokens, timestamps }: Recognised, start: number, end: number): SpokenWord[] {
  const begun: { word: string; start: number }[] = []
  for (const [at, token] of tokens.entries()) {
    const last = begun.at(-1)
    const spoken = Math.min(end, start + (timestamps[at] ?? 0))
    const isWord = token.startsWith(' ') || !startsApart(token) || last === undefined || !startsApart(last.word.trim())
    if (isWord && !isMark(token)) begun.push({ word: token, start: spoken })
    else if (last) last.word += token
  }
  return begun.map(({ word, start }, at) => {
    const until = Math.max(start, begun[at + 1]?.start ?? end)
    return { word, start, end: until }
  })
}

const isMark = (token: string) => !/[\p{L}\p{N}]/u.test(token)

/** Chinese and Japanese know no blanks between words. */
const startsApart = (text: string) => !/^[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]/u.test(text)

function compressionRatio(text: string): number {
  const bytes = Buffer.from(text)
  return bytes.length / deflateSync(bytes).length
}
