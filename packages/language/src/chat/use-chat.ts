import type { Json, TalkProps, Values } from '@hearth/ui'
import { useMemo, useState, useSyncExternalStore } from 'react'
import type { Attachment } from './attachments.ts'
import { chatsOf } from './chats.ts'
import {
  addTurn,
  type Conversation,
  chooseTurn,
  newConversation,
  pathOf,
  settled,
  type Turn,
  toMessages,
  truncate,
} from './conversation.ts'
import { writeAnswer } from './write-answer.ts'

/** The instruction that an input begins with. */
export function systemOf(values: Values): string {
  const messages = values.messages as { content?: { text?: string }[] }[] | undefined
  return messages?.[0]?.content?.[0]?.text ?? ''
}

function opening(system: string): Json | undefined {
  return system === '' ? undefined : [{ role: 'system', content: [{ type: 'text', text: system }] }]
}

/** The values that are set: `undefined` takes one away. */
function patched(values: Values, patch: { [field: string]: Json | undefined }): Values {
  const entries = Object.entries({ ...values, ...patch })
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined))
}

/** A message of one's own. */
function spoken(parent: string | null, text: string, files: readonly Attachment[]): Turn {
  const turn: Turn = {
    id: crypto.randomUUID(),
    parent,
    role: 'user',
    at: Date.now(),
    content: [{ type: 'text', text }],
  }
  return files.length > 0 ? { ...turn, files } : turn
}

/** The turn that this model's answer will be written into. */
function unwritten(parent: string, model: string): Turn {
  const nothing = { finish: null, usage: null, speed: null, problem: null }
  const writing = { model, state: 'writing', ...nothing } as const
  return { id: crypto.randomUUID(), parent, role: 'assistant', content: [], at: Date.now(), writing }
}

const blankConversation = () => newConversation(crypto.randomUUID(), Date.now(), { system: '', values: {} })

/** The open conversation, the others, and what can be done with them. */
export function useChat(props: TalkProps) {
  const { place, go, t, values, model } = props
  const chats = chatsOf(props.owner)
  const state = useSyncExternalStore(chats.subscribe, chats.state)
  const [blank, setBlank] = useState(blankConversation)
  // What was just begun is shown before the address names it.
  const shown = place ?? blank.id
  const kept = state.conversations.find(({ id }) => id === shown)
  const fresh = useMemo((): Conversation => {
    const { messages: _, ...settings } = values
    return { ...blank, system: systemOf(values), values: settings }
  }, [blank, values])
  const conversation = kept ?? fresh
  const path = useMemo(() => pathOf(conversation), [conversation])

  const answer = (before: Conversation, parent: string) => {
    const turn = unwritten(parent, model.id)
    const next = addTurn(before, turn)
    const input = { ...next.values, messages: toMessages(next, parent) as Json }
    chats.put(next)
    chats.write(next.id, turn.id, (signal, change) =>
      writeAnswer({ input, signal, change, open: props.open, reportOf: props.reportOf, now: () => performance.now() }),
    )
  }
  const say = (parent: string | null, text: string, files: readonly Attachment[] = []) => {
    const turn = spoken(parent, text, files)
    answer(addTurn(conversation, turn), turn.id)
    if (conversation.id !== place) go(conversation.id, 'replace')
  }
  const begin = () => {
    setBlank(blankConversation())
    go(null, 'push')
  }
  return {
    ...{ state, conversation, path, begin },
    /** The address names a conversation that is not in this browser. */
    lost: place !== null && state.ready && !kept,
    loading: place !== null && !state.ready && !kept,
    writing: state.writing.get(conversation.id) ?? null,
    send: (text: string, files: readonly Attachment[]) => say(path.at(-1)?.id ?? null, text, files),
    edit: (turn: Turn, text: string) => say(turn.parent, text, turn.files),
    choose: (turn: Turn) => chats.edit(conversation.id, latest => chooseTurn(latest, turn)),
    stop: () => chats.stop(conversation.id),
    /** Another answer beside this one; in the place of one that failed. */
    again(turn: Turn) {
      if (turn.parent === null) return
      answer(turn.writing?.state === 'failed' ? truncate(conversation, turn.id) : conversation, turn.parent)
    },
    setSystem(system: string) {
      if (kept) chats.edit(kept.id, latest => ({ ...latest, system }))
      else props.change({ messages: opening(system) })
    },
    /** Of this conversation; before its first message, of those to come. */
    change(patch: { [field: string]: Json | undefined }) {
      if (kept) chats.edit(kept.id, latest => ({ ...latest, values: patched(latest.values, patch) }))
      else props.change(patch)
    },
    rename: (other: Conversation, title: string) =>
      chats.edit(other.id, latest => ({ ...latest, title: title.trim() || null })),
    remove(other: Conversation) {
      chats.remove(other.id)
      if (other.id === conversation.id) begin()
      props.notify(t('deleted'), {
        seconds: 10,
        action: { label: t('undo'), run: () => chats.put(settled(other)) },
      })
    },
  }
}
export type Chat = ReturnType<typeof useChat>
