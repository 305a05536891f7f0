import type { Config } from '@hearth/config'
import { AppError, type Keeper } from '@hearth/contract'
import { people, type Store } from '@hearth/store'
import { openKeyRing } from './key-ring.ts'
import type { Named } from './open-faces.ts'
import { type OwnerIndex, openOwnerIndex } from './owner-index.ts'
import { assumedThreshold, type Match, type PeopleAnswer, peopleQuestion } from './question.ts'

/** Seconds after which faces that nobody asked about leave memory. */
const idleLimit = 600
/** Seconds between two looks at what is in memory: who was erased does not stay there until somebody asks. */
const lookEvery = 60

interface Deps {
  store: Store
  config: Pick<Config, 'masterKey' | 'roots'>
  log: { warn(fields: object, message: string): void }
}

/** Answers whose face it is. Lives in the worker and holds the faces of those owners who ask, opened, in its memory. */
export async function openKeeper({ store, config, log }: Deps): Promise<Keeper> {
  const keys = openKeyRing(config)
  const opened = new Map<string, { index: OwnerIndex; askedAt: number }>()
  const indexOf = (owner: string): OwnerIndex => {
    const onUnreadable = (person: string, error: unknown) =>
      log.warn({ person, error }, 'the faces of a person cannot be read; they are left out')
    const index = opened.get(owner)?.index ?? openOwnerIndex({ store, keys, owner, onUnreadable })
    opened.set(owner, { index, askedAt: Date.now() })
    return index
  }
  const look = async () => {
    for (const [owner, { index, askedAt }] of opened) {
      if (Date.now() - askedAt > idleLimit * 1000) opened.delete(owner)
      else if (!(await index.verify()))
        log.warn({ owner }, 'the faces in memory were not those of the database; read anew')
    }
  }
  const timer = setInterval(() => {
    look().catch(error => log.warn({ error }, 'the faces in memory could not be checked; later'))
  }, lookEvery * 1000)
  timer.unref()
  return {
    async answer(owner, raw): Promise<PeopleAnswer> {
      const parsed = peopleQuestion.safeParse(raw)
      if (!parsed.success) throw new AppError('internal', `people were asked badly: ${parsed.error.message}`)
      const { collection, embedder, vectors, threshold, default_threshold } = parsed.data
      const [own, found] = await Promise.all([
        threshold === undefined ? people.threshold(store, { owner, name: collection }) : null,
        indexOf(owner).search({ collection, embedder }, vectors),
      ])
      const limit = choose(threshold, own, default_threshold)
      return { ...limit, matches: found.map(one => matchOf(one, limit.threshold)) }
    },
    async close() {
      clearInterval(timer)
      opened.clear()
    },
  }
}

function choose(
  asked: number | undefined,
  own: number | null,
  advised: number | undefined,
): Pick<PeopleAnswer, 'threshold' | 'threshold_from'> {
  if (asked !== undefined) return { threshold: asked, threshold_from: 'question' }
  if (own !== null) return { threshold: own, threshold_from: 'collection' }
  if (advised !== undefined) return { threshold: advised, threshold_from: 'embedder' }
  return { threshold: assumedThreshold, threshold_from: 'assumed' }
}

function matchOf(found: Named | undefined, threshold: number): Match {
  if (!found) return { person: null, similarity: null, margin: null }
  const { person, name, similarity, next } = found
  return {
    person: similarity >= threshold ? { id: person, name } : null,
    similarity,
    margin: next === null ? null : similarity - next,
  }
}
