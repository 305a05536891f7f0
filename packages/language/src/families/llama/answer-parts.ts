import { longestBegin } from './stop-filter.ts'

/** What a model writes between marks of its own is not text for the reader. */
export type AnswerPart = { type: 'text' | 'reasoning'; text: string } | { type: 'tool_call'; text: string }

interface Block {
  type: 'reasoning' | 'tool_call'
  open: string
  close: string
}

const blocks: readonly Block[] = [
  { type: 'reasoning', open: '<think>', close: '</think>' },
  { type: 'tool_call', open: '<tool_call>', close: '</tool_call>' },
]

/** Takes the text of an answer apart as it comes. */
export interface AnswerParser {
  push(text: string): AnswerPart[]
  end(): AnswerPart[]
  /** Whether what comes next is thought, not said. */
  readonly reasoning: boolean
}

/**
 * @param tools whether calls of tools are looked for.
 * @param reasoning whether the prompt ended in the middle of a thought, as some templates have it.
 */
export function createAnswerParser({ tools, reasoning }: { tools: boolean; reasoning: boolean }): AnswerParser {
  const known = blocks.filter(({ type }) => tools || type !== 'tool_call')
  let inside: Block | undefined = reasoning ? blocks[0] : undefined
  let held = ''
  let fresh = true

  /** Text without the empty lines that stand between blocks. */
  const said = (text: string): AnswerPart[] => {
    const shown = fresh ? text.replace(/^\s+/, '') : text
    if (shown === '') return []
    fresh = false
    return [{ type: 'text', text: shown }]
  }

  const take = (last: boolean): AnswerPart[] => {
    const marks = inside ? [inside.close] : known.map(({ open }) => open)
    const [mark] = marks.filter(mark => held.includes(mark)).sort((a, b) => held.indexOf(a) - held.indexOf(b))
    if (mark === undefined) {
      // A call is given as a whole: half of its JSON would say nothing.
      if (inside?.type === 'tool_call' && !last) return []
      const safe = last ? held.length : held.length - longestBegin(marks, held)
      const text = held.slice(0, safe)
      held = held.slice(safe)
      if (text === '') return []
      return inside ? [{ type: inside.type, text }] : said(text)
    }
    const at = held.indexOf(mark)
    const before = held.slice(0, at)
    held = held.slice(at + mark.length)
    const parts: AnswerPart[] = inside ? (before === '' ? [] : [{ type: inside.type, text: before }]) : said(before)
    inside = inside ? undefined : known.find(({ open }) => open === mark)
    fresh = true
    return [...parts, ...take(last)]
  }

  return {
    push(text) {
      held += text
      return take(false)
    },
    end: () => take(true),
    get reasoning() {
      return inside?.type === 'reasoning'
    },
  }
}
