import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { enrol, erase, openKeyRing, type PeopleDeps } from '../../packages/faces/src/people/index.ts'
import { openKeeper } from '../../packages/faces/src/people/keeper.ts'
import { startTestStore } from '../../packages/testing/src/store.ts'
import { percentile } from '../bench.ts'
import { dimensions, direction } from './random-faces.ts'
import { ms } from './timing.ts'

const known = 1000
const rounds = 200

/** Milliseconds at the middle. */
export interface QuestionTimes {
  /** The whole question, the look into the database included. */
  question: number
  /** The first one after somebody was enrolled, or erased, by another process. */
  added: number
  erased: number
}

/** Questions as an engine asks them, of a worker that only hears of changes through the database. */
export async function timeQuestions(normal: () => number, print: (line: string) => void): Promise<QuestionTimes> {
  const rig = await startTestStore()
  const state = await mkdtemp(join(tmpdir(), 'hearth-bench-people-'))
  const place = { masterKey: undefined, roots: { models: '', outputs: '', datasets: '', uploads: '', state } }
  const keeper = await openKeeper({ store: rig.store, config: place, log: console })
  try {
    const owner = await rig.owner()
    const pictured = { vector: direction(normal) }
    const deps = { store: rig.store, keys: openKeyRing(place), live: pretendLive(pictured) }
    const add = async (name: string, vector: Float32Array) => {
      pictured.vector = vector
      return enrolOne(deps, owner, name)
    }
    const ask = async (vector: Float32Array) => {
      const question = { kind: 'search', collection: 'default', embedder, vectors: [vector] }
      const answer = (await keeper.answer(owner, question)) as { matches: { person: { id: string } | null }[] }
      return answer.matches[0]?.person?.id
    }
    for (let n = 0; n < known; n++) await add(`person ${n}`, direction(normal))
    print(
      `a worker's first question: ${known} people read and opened within ${ms(await elapsed(() => ask(direction(normal))))}`,
    )
    const times: Record<keyof QuestionTimes, number[]> = { question: [], added: [], erased: [] }
    for (let n = 0; n < rounds; n++) {
      const vector = direction(normal)
      times.question.push(await elapsed(() => ask(vector)))
      const id = await add(`extra ${n}`, vector)
      times.added.push(await elapsed(async () => must((await ask(vector)) === id, 'somebody new was not seen')))
      await erase(deps, { owner }, { id })
      times.erased.push(await elapsed(async () => must((await ask(vector)) === undefined, 'somebody erased was seen')))
    }
    const middle = (name: keyof QuestionTimes) => percentile(times[name], 0.5)
    return { question: middle('question'), added: middle('added'), erased: middle('erased') }
  } finally {
    await keeper.close()
    await rig.stop()
    await rm(state, { recursive: true, force: true })
  }
}

const embedder = { id: 'bench', digest: 'bench', dimensions }

async function enrolOne(deps: PeopleDeps, owner: string, name: string): Promise<string> {
  const consent = {
    given_by: 'x',
    given_at: new Date().toISOString(),
    purpose: 'x',
    text_version: 'x',
    text_digest: null,
  }
  const { person } = await enrol(
    deps,
    { owner },
    {
      name,
      collection: 'default',
      consent,
      expiresAt: null,
      keepCrop: false,
      pictures: [async () => new Uint8Array()],
      signal: new AbortController().signal,
    },
  )
  if (!person) throw new Error('nobody was enrolled')
  return person.id
}

/** An embedder that finds this face in everything. */
function pretendLive(pictured: { vector: Float32Array }): PeopleDeps['live'] {
  const quality = { size: 200, sharpness: 300, brightness: 120, yaw: 0, pitch: 0, roll: 0 }
  const landmarks = { left_eye: [1, 1], right_eye: [2, 1], nose: [1, 2] }
  const face = { bbox: [0, 0, 9, 9], score: 1, landmarks, quality }
  return {
    run: async () => ({
      output: { width: 100, height: 100, embedder, faces: [{ ...face, embedding: [...pictured.vector] }] },
    }),
  }
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
