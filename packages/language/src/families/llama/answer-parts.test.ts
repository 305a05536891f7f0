import { expect, test } from 'vitest'
import { type AnswerPart, createAnswerParser } from './answer-parts.ts'

/** What comes of a text that is cut into pieces of this length. */
function parse(text: string, length: number, options = { tools: true, reasoning: false }): AnswerPart[] {
  const parser = createAnswerParser(options)
  const pieces = text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? []
  const parts = [...pieces.flatMap(piece => parser.push(piece)), ...parser.end()]
  return parts.reduce<AnswerPart[]>((joined, part) => {
    const last = joined.at(-1)
    if (last?.type === part.type && part.type !== 'tool_call') last.text += part.text
    else joined.push({ ...part })
    return joined
  }, [])
}

const call = (name: string) => `{"name": "${name}", "arguments": {}}`

test.each([1, 2, 3, 7, 1000])('thoughts, text and calls are told apart in pieces of %i', length => {
  const text = `<think>Hm.</think>\n\nWell <b>then</b>:\n<tool_call>\n${call('a')}\n</tool_call>\n<tool_call>${call('b')}</tool_call>`
  expect(parse(text, length)).toEqual([
    { type: 'reasoning', text: 'Hm.' },
    { type: 'text', text: 'Well <b>then</b>:\n' },
    { type: 'tool_call', text: `\n${call('a')}\n` },
    { type: 'tool_call', text: call('b') },
  ])
})

test('a thought may have begun in the prompt', () => {
  expect(parse('So.</think>Yes', 2, { tools: false, reasoning: true })).toEqual([
    { type: 'reasoning', text: 'So.' },
    { type: 'text', text: 'Yes' },
  ])
})

test('marks of calls are text where there are no tools, and an unfinished one at the end is shown', () => {
  const text = '<tool_call>x</tool_call>'
  expect(parse(text, 3, { tools: false, reasoning: false })).toEqual([{ type: 'text', text }])
  expect(parse('1 <', 1)).toEqual([{ type: 'text', text: '1 <' }])
})
