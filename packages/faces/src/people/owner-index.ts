import { people, type Store } from '@hearth/store'
import type { KeyRing } from './key-ring.ts'
import { createOpenFaces, type Named, type Part } from './open-faces.ts'

/** People whose faces are read together. */
const batch = 200

/** The faces of one owner in memory, true with the database whenever they are searched. */
export interface OwnerIndex {
  /** The nearest person to each vector; undefined where there is nobody. Reads what has changed first. */
  search(part: Part, vectors: readonly Float32Array[]): Promise<(Named | undefined)[]>
  /** Catches up and counts. False: it had fewer or more faces than the database, and reads all anew when next asked. */
  verify(): Promise<boolean>
}

export function openOwnerIndex(options: {
  store: Store
  keys: KeyRing
  owner: string
  onUnreadable: (person: string, error: unknown) => void
}): OwnerIndex {
  const { store, keys, owner, onUnreadable } = options
  const faces = createOpenFaces(keys, onUnreadable)
  /** Number of the last change that was read. */
  let seen: number | undefined

  const readAll = async () => {
    faces.clear()
    // First the number, then the faces: what changes in between is read once more.
    const latest = await people.latestChange(store, { owner })
    for await (const some of people.allSearchable(store, { owner })) await faces.put(some)
    return latest
  }
  const catchUp = oneByOne(async () => {
    let last = seen ?? (await readAll())
    const changed = await people.changes(store, { owner, after: last })
    // Should it break off in the middle, nothing of it counts as read.
    if (changed.length > 0) seen = undefined
    for (let from = 0; from < changed.length; from += batch) {
      const some = changed.slice(from, from + batch)
      const persons = some.map(({ person }) => person)
      const current = await people.searchable(store, { owner, persons })
      for (const person of persons) faces.forget(person)
      await faces.put(current)
      last = some.at(-1)?.seq ?? last
    }
    seen = last
    faces.prepare()
  })
  return {
    async search(part, vectors) {
      await catchUp()
      return vectors.map(vector => faces.nearest(part, vector))
    },
    async verify() {
      const before = await people.countFaces(store, { owner })
      await catchUp()
      const after = await people.countFaces(store, { owner })
      // Where somebody changed something meanwhile nothing can be said.
      if (before !== after || faces.count() === after) return true
      seen = undefined
      return false
    },
  }
}

/**
 * Never two at a time, or the same rows would be put in twice. Whoever asks while one runs may have changed something that
 * it has read already: all of them wait for the next one.
 */
function oneByOne(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let queued: Promise<void> | undefined
  const start = () => {
    running = work().finally(() => {
      running = undefined
    })
    return running
  }
  return () => {
    // One that has ended may still have its successor before it.
    if (!running && !queued) return start()
    queued ??= (running ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        queued = undefined
        return start()
      })
    return queued
  }
}
