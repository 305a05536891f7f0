/** Text on its way to a voice: whole sentences as soon as nothing to come can change them. */
export interface SentenceCutter {
  write(text: string): string[]
  end(): string[]
}

/** A sentence that does not end is spoken in pieces of so many characters. */
const longest = 600

/** @param language BCP 47 tag of what is spoken, where it is known. */
export function cutSentences(language?: string): SentenceCutter {
  const segmenter = new Intl.Segmenter(language, { granularity: 'sentence' })
  let waiting = ''
  return {
    write(text) {
      waiting += text
      const sentences = [...segmenter.segment(waiting)].map(({ segment }) => segment)
      waiting = sentences.pop() ?? ''
      if (waiting.length > longest) {
        const at = waiting.lastIndexOf(' ', longest) + 1 || longest
        sentences.push(waiting.slice(0, at))
        waiting = waiting.slice(at)
      }
      return sentences
    },
    end() {
      const last = waiting
      waiting = ''
      return last === '' ? [] : [last]
    },
  }
}

/** A sentence without what a voice would read out or refuse: marks of lists and emphasis, tags, brackets of commands. */
export function speakable(sentence: string): string | undefined {
  const plain = sentence
    .replace(/<\/?[a-z][^<>]*>/gi, ' ')
    .replace(/[<>|*_#`~]|\[\[|\]\]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return /[\p{L}\p{N}]/u.test(plain) ? plain : undefined
}
