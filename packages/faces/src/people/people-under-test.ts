import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError, type Keeper } from '@hearth/contract'
import { startTestStore, type TestStore } from '@hearth/testing/store'
import type { Quality } from '../face-fields.ts'
import { type Asker, enrol, openKeyRing, type PeopleDeps } from './index.ts'
import { openKeeper } from './keeper.ts'
import type { PeopleAnswer, PeopleQuestion } from './question.ts'
import type { Enrolment } from './views.ts'

const dimensions = 64
export const embedder = { id: 'fake', digest: 'weights-1', dimensions }
export const goodFace: Quality = { size: 200, sharpness: 300, brightness: 120, yaw: 1, pitch: 2, roll: 0, live: 0.9 }

/** What a picture shows, as the fake embedder reads it: JSON instead of pixels. */
export interface Shown {
  faces: { who: number; view?: number; quality?: Partial<Quality> }[]
  /** The embedder finds it broken. */
  broken?: boolean
}

export const picture = (shown: Shown): Buffer => Buffer.from(JSON.stringify(shown))
export const pictureOf = (...faces: Shown['faces']): Buffer => picture({ faces })

/** A unit vector for each person; `view` turns it a little. */
export function vectorOfPerson(who: number, view = 0): Float32Array {
  const raw = Float32Array.from(
    { length: dimensions },
    (_, k) => Math.sin(who * 7.3 + k * (who + 1.7)) + 0.1 * Math.cos(view * 11 + k),
  )
  const length = Math.hypot(...raw)
  return raw.map(value => value / length)
}

/** The bytes that must never be found anywhere: how a crop begins, with the name of who is on it. */
export const cropOf = (who: number): Buffer =>
  Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(`JFIF crop of person number ${who}`)])

export interface PeopleUnderTest {
  rig: TestStore
  state: string
  deps: PeopleDeps
  /** Changes what the fake embedder calls itself. */
  useEmbedder(digest: string): void
  asker(): Promise<Asker>
  /** Registers with pictures of what they show. */
  add(
    asker: Asker,
    name: string,
    pictures: Buffer[],
    options?: { collection?: string; expiresAt?: Date; keepCrop?: boolean },
  ): Promise<Enrolment>
  /** As a worker of its own would hold it. */
  openKeeper(): Promise<Keeper>
  stop(): Promise<void>
}

export async function startPeople(): Promise<PeopleUnderTest> {
  const rig = await startTestStore()
  const state = await mkdtemp(join(tmpdir(), 'hearth-people-'))
  const place = { masterKey: undefined, roots: { models: '', outputs: '', datasets: '', uploads: '', state } }
  let digest = embedder.digest
  const live: PeopleDeps['live'] = {
    async run({ input, media }) {
      const { crops } = input as { crops: boolean }
      const [bytes] = media.values()
      const { faces, broken }: Shown = JSON.parse(
        Buffer.from(bytes ?? [])
          .toString()
          .replace(/^[^{]*crop of person number (\d+)$/, '{"faces":[{"who":$1}]}'),
      )
      if (broken) throw new AppError('invalid-input', 'the picture is cut off')
      return {
        output: {
          width: 640,
          height: 480,
          embedder: { ...embedder, digest },
          faces: faces.map(face => answer(face, crops)),
        },
      }
    },
  }
  const deps = { store: rig.store, keys: openKeyRing(place), live }
  const keepers: Keeper[] = []
  return {
    rig,
    state,
    deps,
    useEmbedder(name) {
      digest = name
    },
    asker: async () => ({ owner: await rig.owner(), key: 'key-1' }),
    add: (asker, name, pictures, { collection = 'default', expiresAt, keepCrop = false } = {}) =>
      enrol(deps, asker, {
        name,
        collection,
        consent: {
          given_by: name,
          given_at: '2026-01-01T00:00:00.000Z',
          purpose: 'test',
          text_version: '1',
          text_digest: null,
        },
        expiresAt: expiresAt ?? null,
        pictures: pictures.map(bytes => async () => bytes),
        keepCrop,
        signal: new AbortController().signal,
      }),
    async openKeeper() {
      const keeper = await openKeeper({ store: rig.store, config: place, log: { warn() {} } })
      keepers.push(keeper)
      return keeper
    },
    async stop() {
      for (const keeper of keepers) await keeper.close()
      await rig.stop()
      await rm(state, { recursive: true, force: true })
    },
  }
}

function answer({ who, view = 0, quality = {} }: Shown['faces'][number], crops: boolean) {
  return {
    bbox: [10, 10, 200, 200],
    score: 0.99,
    landmarks: { left_eye: [50, 80], right_eye: [150, 80], nose: [100, 120] },
    quality: { ...goodFace, ...quality },
    embedding: [...vectorOfPerson(who, view)],
    ...(crops ? { crop: cropOf(who).toString('base64') } : {}),
  }
}

/** Asks a keeper for one vector. */
export async function ask(keeper: Keeper, owner: string, vector: Float32Array, question: Partial<PeopleQuestion> = {}) {
  const full = { kind: 'search', collection: 'default', embedder, vectors: [vector], ...question }
  const answer = (await keeper.answer(owner, full)) as PeopleAnswer
  return { ...answer, ...answer.matches[0] }
}
