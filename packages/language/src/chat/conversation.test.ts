import { expect, test } from 'vitest'
import {
  addTurn,
  type Conversation,
  changeTurn,
  chooseTurn,
  isAbout,
  nameOf,
  newConversation,
  pathOf,
  settled,
  type Turn,
  textOfTurn,
  toMessages,
  truncate,
  versionsOf,
} from './conversation.ts'
import { fileName, toJson, toMarkdown } from './export.ts'

const writing = { model: 'm', state: 'done', finish: 'stop', usage: null, speed: null, problem: null } as const

function said(id: string, parent: string | null, text: string, at: number): Turn {
  return { id, parent, role: 'user', content: [{ type: 'text', text }], at }
}
function answered(id: string, parent: string, text: string, at: number): Turn {
  return { ...said(id, parent, text, at), role: 'assistant', writing }
}
function turnOf(conversation: Conversation, id: string): Turn {
  const turn = conversation.turns.find(turn => turn.id === id)
  if (!turn) throw new Error(`no turn ${id}`)
  return turn
}
const ids = (conversation: Conversation) => pathOf(conversation).map(({ id }) => id)

/** q1 -> a1 -> q2 -> a2, then q1 edited to e1 -> b1. */
function edited(): Conversation {
  const start = newConversation('c', 1, { system: 'Be kind.', values: {} })
  return [
    said('q1', null, 'red apples', 2),
    answered('a1', 'q1', 'They are red.', 3),
    said('q2', 'a1', 'and pears', 4),
    answered('a2', 'q2', 'Green.', 5),
    said('e1', null, 'blue apples', 6),
    answered('b1', 'e1', 'There are none.', 7),
  ].reduce(addTurn, start)
}

test('what was added last is shown; the other branch stays as it was left', () => {
  const conversation = edited()
  expect(ids(conversation)).toEqual(['e1', 'b1'])
  expect(versionsOf(conversation, turnOf(conversation, 'e1')).map(({ id }) => id)).toEqual(['q1', 'e1'])
  const back = chooseTurn(conversation, turnOf(conversation, 'q1'))
  expect(ids(back)).toEqual(['q1', 'a1', 'q2', 'a2'])
  const again = addTurn(back, answered('a3', 'q2', 'Yellow.', 8))
  expect(ids(again)).toEqual(['q1', 'a1', 'q2', 'a3'])
  expect(ids(chooseTurn(again, turnOf(again, 'e1')))).toEqual(['e1', 'b1'])
  expect(ids(chooseTurn(again, turnOf(again, 'a2')))).toEqual(['q1', 'a1', 'q2', 'a2'])
})

test('truncating takes the branch below along and shows the version that is left', () => {
  const conversation = edited()
  const without = truncate(conversation, 'e1')
  expect(without.turns.map(({ id }) => id)).toEqual(['q1', 'a1', 'q2', 'a2'])
  expect(ids(without)).toEqual(['q1', 'a1', 'q2', 'a2'])
  expect(ids(truncate(without, 'q2'))).toEqual(['q1', 'a1'])
  expect(truncate(without, 'q1').turns).toEqual([])
})

test('messages are those of one branch, with the system prompt first and without what only the reader sees', () => {
  const base = changeTurn(edited(), 'a1', turn => ({
    ...turn,
    content: [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'Red.' },
    ],
  }))
  expect(toMessages(base, 'q2')).toEqual([
    { role: 'system', content: [{ type: 'text', text: 'Be kind.' }] },
    { role: 'user', content: [{ type: 'text', text: 'red apples' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'Red.' }] },
    { role: 'user', content: [{ type: 'text', text: 'and pears' }] },
  ])
  const stoppedAtOnce = changeTurn({ ...base, system: '  ' }, 'a1', turn => ({ ...turn, content: [] }))
  expect(toMessages(stoppedAtOnce, 'q2').map(({ role }) => role)).toEqual(['user', 'user'])
})

test('an answer that nobody writes any more was stopped', () => {
  const cut = changeTurn(edited(), 'b1', turn => ({ ...turn, writing: { ...writing, state: 'writing' } }))
  expect(turnOf(settled(cut), 'b1').writing?.state).toBe('stopped')
  expect(turnOf(settled(cut), 'a1').writing?.state).toBe('done')
})

test('a conversation is called by its first message until it has a name, and found by words of any branch', () => {
  const conversation = edited()
  expect(nameOf(conversation)).toBe('red apples')
  expect(nameOf({ ...conversation, title: 'Fruit' })).toBe('Fruit')
  expect(nameOf(newConversation('c', 1, { system: '', values: {} }))).toBe('')
  expect(isAbout(conversation, 'GREEN pears')).toBe(true)
  expect(isAbout(conversation, 'green plums')).toBe(false)
  expect(isAbout({ ...conversation, title: 'Fruit' }, 'fruit')).toBe(true)
})

test('Markdown has the branch that is shown; a fence is longer than any in the text', () => {
  const conversation = changeTurn(edited(), 'b1', turn => ({
    ...turn,
    content: [
      { type: 'reasoning', text: 'one\ntwo' },
      { type: 'text', text: 'None.' },
      { type: 'tool_call', id: '1', name: 'look', arguments: '{"a":"```"}' },
    ],
  }))
  const words = { system: 'System', user: 'You', assistant: 'Answer' }
  expect(toMarkdown(conversation, words)).toBe(
    '# red apples\n\n## System\n\nBe kind.\n\n## You\n\nblue apples\n\n## Answer (m)\n\n> one\n> two\n\nNone.\n\n' +
      '````json look\n{"a":"```"}\n````\n',
  )
})

test('JSON has every branch, and the file a name that every system takes', () => {
  const conversation = edited()
  expect(JSON.parse(toJson(conversation))).toEqual({ format: 'hearth-conversation', version: 1, ...conversation })
  expect(fileName({ ...conversation, title: ' a/b: 苹果? ' }, 'md')).toBe('a-b-苹果.md')
  expect(fileName({ ...conversation, title: '???' }, 'json')).toBe('chat.json')
})

test('text of a turn is what was said, not what was thought', () => {
  const content: Turn['content'] = [
    { type: 'reasoning', text: 'hm' },
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b' },
  ]
  expect(textOfTurn({ content })).toBe('ab')
})
