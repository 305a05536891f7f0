import type { ErrorReport } from '@hearth/contract'
import type { Values } from '@hearth/ui'
import type { Message, MessagePart } from '../message-fields.ts'
import type { FinishReason, Usage } from '../sampling-fields.ts'
import { type Attachment, attachmentText } from './attachments.ts'

/** How an answer came to be; null where nobody knows. */
export interface Writing {
  model: string
  state: 'writing' | 'done' | 'stopped' | 'failed'
  finish: FinishReason | null
  usage: Usage | null
  /** Tokens a second, of the writing alone. */
  speed: number | null
  problem: ErrorReport | null
}

/** One message of a conversation. Several with one parent are versions of each other. */
export interface Turn {
  id: string
  parent: string | null
  role: 'user' | 'assistant'
  content: MessagePart[]
  /** What went with it, told to models before its text. */
  files?: readonly Attachment[]
  /** Milliseconds since 1970. */
  at: number
  /** Of answers only. */
  writing?: Writing
}

/** A tree of messages: what was edited or answered anew stays, and one branch of it is shown. */
export interface Conversation {
  id: string
  /** Null: it is called by its first message. */
  title: string | null
  created: number
  changed: number
  system: string
  /** Settings of the task that were touched. */
  values: Values
  turns: Turn[]
  /** The version that is shown below each turn, by the parent's id; the root's is the empty name. */
  chosen: Record<string, string>
}

const rootName = ''

export function newConversation(id: string, at: number, start: { system: string; values: Values }): Conversation {
  return { id, title: null, created: at, changed: at, ...start, turns: [], chosen: {} }
}

/** The versions of a turn, oldest first. */
export function versionsOf({ turns }: Conversation, turn: Turn): Turn[] {
  return turns.filter(({ parent }) => parent === turn.parent)
}

/** The branch that is shown, from the first message down. */
export function pathOf({ turns, chosen }: Conversation): Turn[] {
  const path: Turn[] = []
  let parent: string | null = null
  for (;;) {
    const below = turns.filter(turn => turn.parent === parent)
    const next: Turn | undefined = below.find(({ id }) => id === chosen[parent ?? rootName]) ?? below.at(-1)
    if (!next) return path
    path.push(next)
    parent = next.id
  }
}

/** The turns that lead to this one, and itself. */
export function lineOf({ turns }: Conversation, id: string | null): Turn[] {
  const line: Turn[] = []
  let at = turns.find(turn => turn.id === id)
  while (at) {
    line.unshift(at)
    const { parent } = at
    at = turns.find(turn => turn.id === parent)
  }
  return line
}

/** Adds a turn and shows it; beside others of its parent it becomes their newest version. */
export function addTurn(conversation: Conversation, turn: Turn): Conversation {
  return {
    ...conversation,
    changed: turn.at,
    turns: [...conversation.turns, turn],
    chosen: { ...conversation.chosen, [turn.parent ?? rootName]: turn.id },
  }
}

/** Shows another version of a turn. The branches below it are as they were left. */
export function chooseTurn(conversation: Conversation, turn: Turn): Conversation {
  return { ...conversation, chosen: { ...conversation.chosen, [turn.parent ?? rootName]: turn.id } }
}

export function changeTurn(conversation: Conversation, id: string, change: (turn: Turn) => Turn): Conversation {
  return { ...conversation, turns: conversation.turns.map(turn => (turn.id === id ? change(turn) : turn)) }
}

/** Takes a turn and all that follows it away; the version before it is shown. */
export function truncate(conversation: Conversation, id: string): Conversation {
  const gone = new Set([id])
  // A turn always comes after its parent.
  for (const turn of conversation.turns) if (turn.parent !== null && gone.has(turn.parent)) gone.add(turn.id)
  const chosen = Object.entries(conversation.chosen).filter(([parent, child]) => !gone.has(parent) && !gone.has(child))
  return {
    ...conversation,
    turns: conversation.turns.filter(turn => !gone.has(turn.id)),
    chosen: Object.fromEntries(chosen),
  }
}

/** Answers that nobody is writing any more, as after the page was closed. */
export function settled(conversation: Conversation): Conversation {
  return {
    ...conversation,
    turns: conversation.turns.map(turn =>
      turn.writing?.state === 'writing' ? { ...turn, writing: { ...turn.writing, state: 'stopped' } } : turn,
    ),
  }
}

/** Text of a turn without its reasoning. */
export function textOfTurn({ content }: Pick<Turn, 'content'>): string {
  return content.flatMap(part => (part.type === 'text' || part.type === 'refusal' ? [part.text] : [])).join('')
}

/** Tokens a second, as precise as one wants to know. */
export function shownSpeed(speed: number): number {
  return speed < 10 ? Math.round(speed * 10) / 10 : Math.round(speed)
}

/** What the conversation is called; empty before the first message. */
export function nameOf(conversation: Conversation): string {
  if (conversation.title !== null) return conversation.title
  const first = conversation.turns.find(({ role }) => role === 'user')
  const line = first ? textOfTurn(first).trim().split('\n')[0] : ''
  return (line ?? '').slice(0, 80)
}

/** Whether every word of the search is somewhere in it, in any branch. */
export function isAbout(conversation: Conversation, search: string): boolean {
  const text = [nameOf(conversation), ...conversation.turns.map(textOfTurn)].join('\n').toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word))
}

/**
 * The task's messages up to this turn. Empty answers are left out, and so is reasoning: it is not said again to a model.
 */
export function toMessages(conversation: Conversation, upTo: string): Message[] {
  const system = conversation.system.trim()
  const said = lineOf(conversation, upTo).map(({ role, content, files = [] }) => ({
    role,
    content: [
      ...files.map(file => ({ type: 'text' as const, text: attachmentText(file) })),
      ...content.filter(part => part.type !== 'reasoning' && !(part.type === 'text' && part.text === '')),
    ],
  }))
  const first: Message[] = system === '' ? [] : [{ role: 'system', content: [{ type: 'text', text: system }] }]
  return [...first, ...said.filter(({ content }) => content.length > 0)]
}
