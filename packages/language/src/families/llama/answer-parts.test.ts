import { expect, test } from 'vitest'
import { type AnswerParsing, type AnswerPart, createAnswerParser } from './answer-parts.ts'
import { callFormatOf, hermes } from './call-format.ts'

/** What comes of a text that is cut into pieces of this length. */
function parse(
  text: string,
  length: number,
  options: AnswerParsing = { calls: hermes, reasoning: false },
): AnswerPart[] {
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
  expect(parse('So.</think>Yes', 2, { reasoning: true })).toEqual([
    { type: 'reasoning', text: 'So.' },
    { type: 'text', text: 'Yes' },
  ])
})

test('marks of calls are text where there are no tools, and an unfinished one at the end is shown', () => {
  const text = '<tool_call>x</tool_call>'
  expect(parse(text, 3, { reasoning: false })).toEqual([{ type: 'text', text }])
  expect(parse('1 <', 1)).toEqual([{ type: 'text', text: '1 <' }])
})

const mistral = callFormatOf("{% if tools %}[AVAILABLE_TOOLS]{% endif %}{{ '[TOOL_CALLS]' }}")
const llama = callFormatOf('{"name": function name, "parameters": dictionary of argument name and its value}')

test.each([1, 2, 5, 1000])('calls without an end mark go on to the end, in pieces of %i', length => {
  const parsing = { calls: mistral, reasoning: false }
  expect(parse(`Well:[TOOL_CALLS][${call('a')}]`, length, parsing)).toEqual([
    { type: 'text', text: 'Well:' },
    { type: 'tool_call', text: `[${call('a')}]` },
  ])
  expect(parse('[1, 2]', length, parsing)).toEqual([{ type: 'text', text: '[1, 2]' }])
})

test.each([1, 2, 5, 1000])('an answer may be a call without a mark, in pieces of %i', length => {
  const parsing = { calls: llama, reasoning: false }
  const whole = [{ type: 'tool_call', text: expect.stringMatching(/^\s*\{"name": "a", "arguments": \{\}\}$/) }]
  expect(parse(`\n ${call('a')}`, length, parsing)).toEqual(whole)
  expect(parse(`<|python_tag|>${call('a')}`, length, parsing)).toEqual(whole)
  expect(parse(`<think>Hm.</think>\n${call('a')}`, length, parsing)).toEqual([
    { type: 'reasoning', text: 'Hm.' },
    ...whole,
  ])
  const text = '<b>It</b> is {"a": 1}'
  expect(parse(text, length, parsing)).toEqual([{ type: 'text', text }])
})

test('templates say how calls are written', () => {
  expect(callFormatOf('{{ tools }} <tool_call> <|python_tag|>')).toBe(hermes)
  expect(callFormatOf('{{ tools }}')).toBe(hermes)
  expect(mistral.field).toBe('arguments')
  expect(llama.field).toBe('parameters')
})
