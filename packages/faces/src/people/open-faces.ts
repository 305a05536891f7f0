import type { people } from '@hearth/store'
import type { KeyRing } from './key-ring.ts'
import { createFaceIndex, type FaceIndex, type Nearest } from './nearest/face-index.ts'
import { open, vectorOf, vectorOfFace } from './seal.ts'

/** Faces prepared before other work of the process gets its turn. */
const share = 200

/** What is searched: a collection, by one embedder. */
export interface Part {
  collection: string
  embedder: { id: string; digest: string; dimensions: number }
}

export interface Named extends Nearest {
  name: string
}

/** The opened faces of one owner, by part. */
export interface OpenFaces {
  put(faces: readonly people.SearchableFace[]): Promise<void>
  forget(person: string): void
  clear(): void
  nearest(part: Part, vector: Float32Array): Named | undefined
  /** Goes on in the background; searches are right before it is done, and fast afterwards. */
  prepare(): void
  /** Faces that were put in, those that could not be opened included. */
  count(): number
}

/** @param onUnreadable told of people whose faces cannot be opened: they are left out of searches. */
export function createOpenFaces(keys: KeyRing, onUnreadable: (person: string, error: unknown) => void): OpenFaces {
  const known = new Map<string, { name: string; parts: Set<FaceIndex> }>()
  const parts = new Map<string, FaceIndex>()
  const unreadable = new Map<string, number>()
  let preparing = false

  const place = (face: people.SearchableFace, vector: Float32Array) => {
    const { collection, person, name } = face
    const embedder = { id: face.embedder, digest: face.embedderDigest, dimensions: vector.length }
    const key = partName({ collection, embedder })
    const part = parts.get(key) ?? createFaceIndex({ dimensions: vector.length })
    parts.set(key, part)
    part.add(person, vector)
    const entry = known.get(person) ?? { name, parts: new Set() }
    known.set(person, { name, parts: entry.parts.add(part) })
  }
  const prepare = () => {
    const unfinished = [...parts.values()].some(part => !part.prepare(share))
    if (!unfinished || preparing) return
    preparing = true
    setImmediate(() => {
      preparing = false
      prepare()
    })
  }
  return {
    async put(faces) {
      for (const [person, own] of Map.groupBy(faces, face => face.person)) {
        try {
          const key = await keys.get(person)
          const vectors = own.map(face => vectorOf(open(key, face.vector, vectorOfFace(person, face.face))))
          for (const [index, face] of own.entries()) place(face, vectors[index] as Float32Array)
        } catch (error) {
          unreadable.set(person, (unreadable.get(person) ?? 0) + own.length)
          onUnreadable(person, error)
        }
      }
    },
    forget(person) {
      for (const part of known.get(person)?.parts ?? []) part.remove(person)
      known.delete(person)
      unreadable.delete(person)
    },
    clear() {
      known.clear()
      parts.clear()
      unreadable.clear()
    },
    nearest(part, vector) {
      const found = parts.get(partName(part))?.nearest(vector)
      return found && { ...found, name: known.get(found.person)?.name ?? '' }
    },
    prepare,
    count() {
      const open = [...parts.values()].reduce((sum, part) => sum + part.size, 0)
      return [...unreadable.values()].reduce((sum, faces) => sum + faces, open)
    },
  }
}

/** Vectors of another embedder, or of other weights of the same, lie in another part: they are never compared. */
function partName({ collection, embedder: { id, digest, dimensions } }: Part): string {
  return JSON.stringify([collection, id, digest, dimensions])
}
