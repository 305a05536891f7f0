import { type Conversation, changeTurn, settled, type Turn } from './conversation.ts'
import { browserStore, type ConversationStore } from './conversation-store.ts'

export interface ChatsState {
  /** Whether those of earlier visits are among them. */
  ready: boolean
  /** Newest first. */
  conversations: readonly Conversation[]
  /** By conversation: the answer that is being written. */
  writing: ReadonlyMap<string, string>
  /** This browser does not keep them; they last as long as the page. */
  unkept: boolean
}

/** The conversations of one person. They outlive the page that shows them: answers go on while one looks elsewhere. */
export interface Chats {
  subscribe(listener: () => void): () => void
  state(): ChatsState
  /** Adds it, or takes its place. */
  put(conversation: Conversation): void
  /** Changes what it is by now, which may be more than what was last shown. */
  edit(id: string, change: (latest: Conversation) => Conversation): void
  remove(id: string): void
  /** Runs one answer; until it ends, `stop` ends it. */
  write(id: string, turn: string, run: (signal: AbortSignal, change: Edit) => Promise<void>): void
  stop(id: string): void
}
type Edit = (edit: (turn: Turn) => Turn) => void

/** Milliseconds in which pieces of answers are gathered before they are shown, and kept. */
const shownEvery = 30
const keptEvery = 1000

/** A value that is watched; `soon` gathers what follows within a moment. */
function watched(initial: ChatsState) {
  let state = initial
  let waiting: ReturnType<typeof setTimeout> | undefined
  const listeners = new Set<() => void>()
  const tell = () => {
    clearTimeout(waiting)
    waiting = undefined
    for (const listener of listeners) listener()
  }
  return {
    get: () => state,
    set(patch: Partial<ChatsState>, soon = false) {
      state = { ...state, ...patch }
      if (!soon) tell()
      else waiting ??= setTimeout(tell, shownEvery)
    },
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const newestFirst = (conversations: readonly Conversation[]) => [...conversations].sort((a, b) => b.changed - a.changed)

export function createChats(store: ConversationStore): Chats {
  const { get, set, subscribe } = watched({ ready: false, conversations: [], writing: new Map(), unkept: false })
  const controllers = new Map<string, AbortController>()
  let last: Promise<void> = Promise.resolve()

  const find = (id: string) => get().conversations.find(conversation => conversation.id === id)
  /** One after the other, so that an older version never overwrites a newer one. */
  const keep = (work: () => Promise<void>) => {
    last = last.then(work).then(
      () => {
        if (get().unkept) set({ unkept: false })
      },
      () => set({ unkept: true }),
    )
  }
  const keepNow = (id: string) => {
    const conversation = find(id)
    if (conversation) keep(() => store.put(conversation))
  }
  const replace = (conversation: Conversation, soon = false) => {
    const others = get().conversations.filter(({ id }) => id !== conversation.id)
    set({ conversations: newestFirst([...others, conversation]) }, soon)
  }
  const put = (conversation: Conversation) => {
    replace(conversation)
    keepNow(conversation.id)
  }
  const changes = (id: string, turn: string): Edit => {
    let kept = Date.now()
    return edit => {
      const conversation = find(id)
      if (!conversation) return
      replace(changeTurn(conversation, turn, edit), true)
      if (Date.now() - kept < keptEvery) return
      kept = Date.now()
      keepNow(id)
    }
  }
  const end = (id: string, controller: AbortController) => {
    keepNow(id)
    if (controllers.get(id) !== controller) return
    controllers.delete(id)
    set({ writing: new Map([...get().writing].filter(([other]) => other !== id)) })
  }
  void store.all().then(
    kept => {
      const earlier = kept.filter(({ id }) => !find(id)).map(settled)
      set({ ready: true, conversations: newestFirst([...get().conversations, ...earlier]) })
    },
    () => set({ ready: true, unkept: true }),
  )
  return {
    subscribe,
    state: get,
    put,
    edit(id, change) {
      const conversation = find(id)
      if (conversation) put(change(conversation))
    },
    remove(id) {
      controllers.get(id)?.abort()
      set({ conversations: get().conversations.filter(conversation => conversation.id !== id) })
      keep(() => store.remove(id))
    },
    write(id, turn, run) {
      controllers.get(id)?.abort()
      const controller = new AbortController()
      controllers.set(id, controller)
      set({ writing: new Map(get().writing).set(id, turn) })
      void run(controller.signal, changes(id, turn)).finally(() => end(id, controller))
    },
    stop: id => controllers.get(id)?.abort(),
  }
}

const open = new Map<string, Chats>()

/** The conversations of whoever is signed in, the same for every page of this visit. */
export function chatsOf(owner: string): Chats {
  const known = open.get(owner)
  if (known) return known
  const chats = createChats(browserStore(owner))
  open.set(owner, chats)
  return chats
}
