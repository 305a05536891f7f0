import { expect, test } from 'vitest'
import { createChats } from './chats.ts'
import { addTurn, type Conversation, newConversation, type Turn } from './conversation.ts'
import type { ConversationStore } from './conversation-store.ts'

const start = (id: string, at: number) => newConversation(id, at, { system: '', values: {} })
const unwritten: Turn = {
  ...{ id: 'a', parent: null, role: 'assistant', content: [], at: 5 },
  writing: { model: 'm', state: 'writing', finish: null, usage: null, speed: null, problem: null },
}

/** A store that a test looks into, and that can be made to fail. */
function shelf(earlier: Conversation[] = []) {
  const kept = new Map(earlier.map(one => [one.id, one]))
  const state = { full: false }
  const store: ConversationStore = {
    all: async () => [...kept.values()],
    async put(one) {
      if (state.full) throw new Error('the disk is full')
      kept.set(one.id, one)
    },
    async remove(id) {
      kept.delete(id)
    },
  }
  return { kept, store, state }
}

test('earlier conversations come newest first; what was being written then was stopped', async () => {
  const { store } = shelf([start('old', 1), addTurn(start('new', 2), unwritten)])
  const chats = createChats(store)
  expect(chats.state().ready).toBe(false)
  await expect.poll(() => chats.state().ready).toBe(true)
  expect(chats.state().conversations.map(({ id }) => id)).toEqual(['new', 'old'])
  expect(chats.state().conversations[0]?.turns[0]?.writing?.state).toBe('stopped')
})

test('an answer is written into its turn, can be stopped, and is kept when it ends', async () => {
  const { store, kept } = shelf()
  const chats = createChats(store)
  chats.put(addTurn(start('c', 1), unwritten))
  chats.write('c', 'a', async (signal, change) => {
    change(turn => ({ ...turn, content: [{ type: 'text', text: 'Pa' }] }))
    await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
  })
  expect(chats.state().writing.get('c')).toBe('a')
  chats.edit('c', latest => ({ ...latest, title: 'Named meanwhile' }))
  chats.stop('c')
  await expect.poll(() => chats.state().writing.size).toBe(0)
  await expect.poll(() => kept.get('c')?.turns[0]?.content).toEqual([{ type: 'text', text: 'Pa' }])
  expect(kept.get('c')?.title).toBe('Named meanwhile')
})

test('what is deleted while it is written does not come back', async () => {
  const { store, kept } = shelf()
  const chats = createChats(store)
  chats.put(addTurn(start('c', 1), unwritten))
  const left = Promise.withResolvers<void>()
  chats.write('c', 'a', async (signal, change) => {
    await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
    change(turn => ({ ...turn, content: [{ type: 'text', text: 'late' }] }))
    left.resolve()
  })
  chats.remove('c')
  await left.promise
  await expect.poll(() => kept.size).toBe(0)
  expect(chats.state().conversations).toEqual([])
})

test('a browser that keeps nothing says so, and the conversation goes on', async () => {
  const { store, state } = shelf()
  const chats = createChats(store)
  state.full = true
  chats.put(start('c', 1))
  await expect.poll(() => chats.state().unkept).toBe(true)
  expect(chats.state().conversations).toHaveLength(1)
  state.full = false
  chats.put(start('c', 2))
  await expect.poll(() => chats.state().unkept).toBe(false)
})
