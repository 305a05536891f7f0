import type { CallFormat } from './call-format.ts'
import { longestBegin } from './stop-filter.ts'

/** What a model writes between marks of its own is not text for the reader. */
export type AnswerPart = { type: 'text' | 'reasoning'; text: string } | { type: 'tool_call'; text: string }

interface Block {
  type: 'reasoning' | 'tool_call'
  open: string
  /** Absent: it goes on to the end of the answer. */
  close?: string
}

const thought: Block = { type: 'reasoning', open: '<think>', close: '</think>' }

/** Takes the text of an answer apart as it comes. */
export interface AnswerParser {
  push(text: string): AnswerPart[]
  end(): AnswerPart[]
  /** Whether what comes next is thought, not said. */
  readonly reasoning: boolean
}

export interface AnswerParsing {
  /** How calls of tools are written, where they are looked for. */
  calls?: CallFormat | undefined
  /** Whether the prompt ended in the middle of a thought, as some templates have it. */
  reasoning: boolean
}

export function createAnswerParser({ calls, reasoning }: AnswerParsing): AnswerParser {
  const call: Block | undefined = calls && { type: 'tool_call', ...calls }
  const known = call ? [thought, call] : [thought]
  let inside: Block | undefined = reasoning ? thought : undefined
  let held = ''
  let fresh = true
  /** The answer has not begun: it may be a call without a mark. */
  let open = calls?.bare === true

  /** Text without the empty lines that stand between blocks. */
  const said = (text: string): AnswerPart[] => {
    const shown = fresh ? text.replace(/^\s+/, '') : text
    if (shown === '') return []
    fresh = false
    open = false
    return [{ type: 'text', text: shown }]
  }

  const take = (last: boolean): AnswerPart[] => {
    if (open && !inside) {
      const begun = held.trimStart()
      if (begun === '') return []
      if (begun.startsWith('{')) inside = call
    }
    const marks = inside ? (inside.close === undefined ? [] : [inside.close]) : known.map(({ open }) => open)
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
