import type { Conversation } from './conversation.ts'

/** Where conversations are kept. */
export interface ConversationStore {
  all(): Promise<Conversation[]>
  put(conversation: Conversation): Promise<void>
  remove(id: string): Promise<void>
}

const shelf = 'conversations'

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(shelf, { keyPath: 'id' })
  return asked(request)
}

/** Conversations in this browser, on no server: each person who signs in here has their own. */
export function browserStore(owner: string): ConversationStore {
  let opened: Promise<IDBDatabase> | undefined
  const reach = async (mode: IDBTransactionMode) => {
    opened ??= open(`hearth-chat-${owner}`)
    return (await opened).transaction(shelf, mode).objectStore(shelf)
  }
  return {
    async all() {
      return await asked<Conversation[]>((await reach('readonly')).getAll())
    },
    async put(conversation) {
      await asked((await reach('readwrite')).put(conversation))
    },
    async remove(id) {
      await asked((await reach('readwrite')).delete(id))
    },
  }
}
