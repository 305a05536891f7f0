/** Longer ones are divided where a pause does the least harm: what a voice takes grows with their length. */
const longest = 300

/** A piece of text that is spoken in one go. */
export interface Sentence {
  text: string
  /** Whether the sentence goes on in the next piece, so that the pause is short. */
  goesOn: boolean
}

/** Those that end in a full stop without ending a sentence; single letters as in `J. S. Bach` as well. */
const abbreviation = /(^|[\s("'“‘.])(mr|mrs|ms|dr|prof|st|sr|jr|vs|no|vol|fig|approx|e\.g|i\.e|cf|[a-z])\.$/i
/** An end that needs blank space behind it, an end of a Chinese sentence, or an empty line. */
const ends = /[.!?…]+["'”’)\]]*(?=\s)|[。！？…]+["'”’」』）]*|\n\s*\n/gu
const speakable = /[\p{L}\p{N}\p{Sc}]/u

/** The sentences of a text, in order, without what cannot be spoken. */
export function splitSentences(text: string): Sentence[] {
  const parts: string[] = []
  let from = 0
  for (const { 0: end, index } of text.matchAll(ends)) {
    const to = index + end.length
    if (end === '.' && abbreviation.test(text.slice(Math.max(from, to - 12), to))) continue
    parts.push(text.slice(from, to))
    from = to
  }
  parts.push(text.slice(from))
  return parts
    .map(part => part.replace(/\s+/g, ' ').trim())
    .filter(part => speakable.test(part))
    .flatMap(divide)
}

function divide(sentence: string): Sentence[] {
  const pieces: Sentence[] = []
  let rest = sentence
  while (rest.length > longest) {
    const at = placeToDivide(rest.slice(0, longest))
    pieces.push({ text: rest.slice(0, at).trim(), goesOn: true })
    rest = rest.slice(at).trim()
  }
  pieces.push({ text: rest, goesOn: false })
  return pieces.filter(({ text }) => speakable.test(text))
}

/** After the last comma or its like, else after the last blank, else at the end, but never within a character. */
function placeToDivide(text: string): number {
  for (const mark of [/[,;:–—](?=\s)|[，、；：]/gu, /\s/gu]) {
    const last = [...text.matchAll(mark)].at(-1)
    if (last && last.index > longest / 4) return last.index + last[0].length
  }
  return /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length
}
