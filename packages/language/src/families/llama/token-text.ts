import type { LlamaModel, Token } from 'node-llama-cpp'

/** What an unfinished character looks like. */
const unfinished = '\uFFFD'
/** No character has more bytes, and no token has less than one. */
const longest = 4

/** Text of tokens as they come: characters that are spread over several tokens come whole. */
export interface TokenText {
  push(token: Token): string
  end(): string
}

export function createTokenText(model: LlamaModel): TokenText {
  let before: Token[] = []
  let waiting: Token[] = []
  const release = () => {
    const text = model.detokenize(waiting, false, before)
    before = [...before, ...waiting].slice(-longest)
    waiting = []
    return text
  }
  return {
    push(token) {
      waiting.push(token)
      const whole = !model.detokenize(waiting, false, before).endsWith(unfinished)
      return whole || waiting.length > longest ? release() : ''
    },
    // Half a character at the end says nothing.
    end: () => (waiting.length === 0 ? '' : release().replace(/\uFFFD+$/, '')),
  }
}
