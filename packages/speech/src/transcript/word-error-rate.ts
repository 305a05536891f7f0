const small = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen'
const numbers = new Map([
  ...`${small} seventeen eighteen nineteen`.split(' ').map((word, value) => [word, value] as const),
  ...'twenty thirty forty fifty sixty seventy eighty ninety'
    .split(' ')
    .map((word, at) => [word, 20 + 10 * at] as const),
])

/** Words as they are compared: without case and punctuation, and small numbers in digits, however they were written. */
export function comparedWords(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase().replace(/’/g, "'")
  const words = plain.match(/[\p{L}\p{N}]+(?:'\p{L}+)*/gu) ?? []
  return words.map(word => String(numbers.get(word) ?? word))
}

export interface WordErrors {
  /** Words that are wrong, missing or too many. */
  errors: number
  /** Words that were said. */
  words: number
}

/** The least number of changes that make what was heard of what was said. Summed up over texts it gives the error rate. */
export function wordErrors(said: string, heard: string): WordErrors {
  const [expected, found] = [comparedWords(said), comparedWords(heard)]
  let row = Array.from({ length: found.length + 1 }, (_, at) => at)
  for (const [index, word] of expected.entries()) {
    const next = [index + 1]
    for (const [at, other] of found.entries()) {
      const [left = 0, above = 0, corner = 0] = [next[at], row[at + 1], row[at]]
      next.push(Math.min(left + 1, above + 1, corner + Number(word !== other)))
    }
    row = next
  }
  return { errors: row.at(-1) ?? 0, words: expected.length }
}
