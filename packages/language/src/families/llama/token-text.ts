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

/** @param marks texts of tokens of control that are to be seen all the same, where the model has them. */
export function createTokenText(model: LlamaModel, marks: readonly string[] = []): TokenText {
  const shown = new Map(marks.flatMap(mark => markToken(model, mark)))
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
      const mark = shown.get(token)
      if (mark !== undefined) {
        const text = waiting.length === 0 ? '' : release()
        before = [...before, token].slice(-longest)
        return text + mark
      }
      waiting.push(token)
      const whole = !model.detokenize(waiting, false, before).endsWith(unfinished)
      return whole || waiting.length > longest ? release() : ''
    },
    // Half a character at the end says nothing.
    end: () => (waiting.length === 0 ? '' : release().replace(/\uFFFD+$/, '')),
  }
}

function markToken(model: LlamaModel, mark: string): [Token, string][] {
  const [token, ...more] = model.tokenize(mark, true)
  const isControl = token !== undefined && more.length === 0 && model.detokenize([token], false) === ''
  return isControl && model.detokenize([token], true) === mark ? [[token, mark]] : []
}
