import { createHash } from 'node:crypto'
import { keys, type Store } from '@hearth/store'

type KeyRow = NonNullable<Awaited<ReturnType<typeof keys.authenticate>>>

/** How long a key that was found is believed without asking again: at most so long does a revoked one still work. */
const trust = 2000
const size = 1000

/** Looks keys up, at most every two seconds each. Only keys that were found are kept. */
export interface KeyCache {
  authenticate(secret: string): Promise<KeyRow | undefined>
  /** After a key was revoked here. */
  clear(): void
}

export function createKeyCache(store: Store): KeyCache {
  const known = new Map<string, { row: KeyRow; until: number }>()
  return {
    async authenticate(secret) {
      const hash = createHash('sha256').update(secret).digest('base64')
      const hit = known.get(hash)
      if (hit && hit.until > Date.now()) return hit.row
      known.delete(hash)
      const row = await keys.authenticate(store, secret)
      if (!row) return undefined
      if (known.size >= size) known.clear()
      known.set(hash, { row, until: Date.now() + trust })
      return row
    },
    clear: () => known.clear(),
  }
}
