import { describe, expect, it } from 'vitest'
import { splitSentences } from './sentences.ts'

const texts = (text: string) => splitSentences(text).map(({ text }) => text)

describe('sentences', () => {
  it('end at full stops, questions and calls', () => {
    expect(texts('It rains. Does it? Yes! "Well." So it goes...')).toEqual([
      'It rains.',
      'Does it?',
      'Yes!',
      '"Well."',
      'So it goes...',
    ])
  })

  it('end at Chinese marks, without a blank behind them', () => {
    expect(texts('你好。今天天气怎么样？“很好！”我说。')).toEqual(['你好。', '今天天气怎么样？', '“很好！”', '我说。'])
  })

  it('go on after abbreviations, initials and within numbers', () => {
    expect(texts('Dr. Smith paid 3.50 to J. S. Bach, e.g. in U.S. money. Then he left.')).toEqual([
      'Dr. Smith paid 3.50 to J. S. Bach, e.g. in U.S. money.',
      'Then he left.',
    ])
  })

  it('end at an empty line, not at the end of a line', () => {
    expect(texts('A title\n\nA line\nand another')).toEqual(['A title', 'A line and another'])
  })

  it('are left out where there is nothing to say', () => {
    expect(texts('... Hello. 🎉 !!! ')).toEqual(['Hello.'])
    expect(texts('It costs 5 €. — Yes.')).toEqual(['It costs 5 €.', '— Yes.'])
  })

  it('are divided where they are too long, at commas, blanks, or anywhere', () => {
    const list = `${'one two three, '.repeat(60)}end.`
    const pieces = splitSentences(list)
    expect(pieces.map(({ text }) => text).join(' ')).toBe(list)
    expect(pieces.slice(0, -1).every(({ text, goesOn }) => goesOn && text.endsWith(',') && text.length <= 300)).toBe(
      true,
    )
    expect(pieces.at(-1)?.goesOn).toBe(false)
    const words = 'word '.repeat(200).trim()
    expect(texts(words).join(' ')).toBe(words)
    const chinese = '他们说，今天天气很好'.repeat(100)
    expect(texts(chinese).join('')).toBe(chinese)
    const fused = '𠀀'.repeat(400)
    expect(texts(fused).join('')).toBe(fused)
    expect(texts(fused).every(text => text.isWellFormed())).toBe(true)
  })
})
