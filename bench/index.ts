/**
 * Whose face is it, among 100,000: the search as workers do it, against exact search (recall) and against usearch's HNSW where
 * that is installed (`npm i --no-save usearch@2.25.3`). People are random directions, which is the hardest they can be: no
 * two are alike, and no graph or code can profit from structure. Then the whole question, database and all, and how
 * long a change takes to be seen.
 */
import { createFaceIndex, type FaceIndex } from '../packages/faces/src/people/nearest/face-index.ts'
import type { Bench, Result } from './bench.ts'
import { timeQuestions } from './faces-index/questions.ts'
import { alike, dimensions, direction, randomNormal } from './faces-index/random-faces.ts'
import { ms, share, time, timeEach } from './faces-index/timing.ts'
import { searchGraph } from './faces-index/usearch-graph.ts'

const faces = 100_000
const queries = 500
/** How alike two pictures of a person are: from hardly enough to be known to well. */
const likenesses = [0.5, 0.6, 0.7]
const targets = { ms: 1, recall: 0.99 }

export const bench: Bench = {
  name: 'index',
  async run(print) {
    const normal = randomNormal(1)
    const people = Array.from({ length: faces }, () => direction(normal))
    const asked = Array.from({ length: queries }, (_, n) => {
      const who = Math.floor((n * faces) / queries)
      return { who, vector: alike(people[who] as Float32Array, likenesses[n % likenesses.length] as number, normal) }
    })
    const ours = ownIndex(people, print)
    const truth = exactly(
      people,
      asked.map(({ vector }) => vector),
      print,
    )
    const found = time(
      asked.map(
        ({ vector }) =>
          () =>
            ours.nearest(vector)?.person,
      ),
    )
    const recall = share(found.answers, truth)
    print(`ours: p50 ${found.p50.toFixed(3)} ms, p95 ${found.p95.toFixed(3)} ms, recall@1 ${recall}`)
    const changed = changes(ours, normal)
    print(`in memory: add p50 ${changed.add.toFixed(3)} ms, remove p50 ${changed.remove.toFixed(3)} ms`)
    const peer = await searchGraph(people, asked, truth, print)
    const whole = await timeQuestions(normal, print)
    return [
      result(`1:${faces} search p50, ms (less is better)`, found.p50, targets.ms, peer?.p50 ?? null, false),
      result(`1:${faces} recall@1 against exact`, recall, targets.recall, peer?.recall ?? null, true),
      result('question with the look into the database, p50, ms (less is better)', whole.question, 5, null, false),
      result(
        'first question of another worker after an enrolment, p50, ms (less is better)',
        whole.added,
        10,
        null,
        false,
      ),
      result(
        'first question of another worker after an erasure, p50, ms (less is better)',
        whole.erased,
        10,
        null,
        false,
      ),
    ]
  },
}

function ownIndex(people: readonly Float32Array[], print: (line: string) => void): FaceIndex {
  const index = createFaceIndex({ dimensions })
  let began = performance.now()
  for (const [who, vector] of people.entries()) index.add(String(who), vector)
  const filled = performance.now() - began
  began = performance.now()
  while (!index.prepare(1000));
  print(`${people.length} faces put in within ${ms(filled)}, prepared within ${ms(performance.now() - began)}`)
  return index
}

/** Who is nearest by comparing all, and how long that takes at the size up to which it is done. */
function exactly(
  people: readonly Float32Array[],
  asked: readonly Float32Array[],
  print: (line: string) => void,
): string[] {
  for (const size of [5_000, 50_000]) {
    const index = createFaceIndex({ dimensions })
    for (const [who, vector] of people.slice(0, size).entries()) index.add(String(who), vector)
    const { p50 } = time(asked.slice(0, 50).map(vector => () => index.nearest(vector)?.person))
    print(`exact among ${size}: p50 ${p50.toFixed(2)} ms`)
  }
  const index = createFaceIndex({ dimensions, exactUpTo: Number.POSITIVE_INFINITY })
  for (const [who, vector] of people.entries()) index.add(String(who), vector)
  const { answers, p50 } = time(asked.map(vector => () => index.nearest(vector)?.person))
  print(`exact among ${people.length}: p50 ${p50.toFixed(2)} ms`)
  return answers
}

function changes(index: FaceIndex, normal: () => number): { add: number; remove: number } {
  const added = Array.from({ length: 300 }, (_, n) => ({ name: `new ${n}`, vector: direction(normal) }))
  const add = timeEach(added, ({ name, vector }) => index.add(name, vector))
  for (const { name, vector } of added) {
    if (index.nearest(vector)?.person !== name) throw new Error('somebody who was added is not found')
  }
  const remove = timeEach(added, ({ name }) => index.remove(name))
  for (const { name, vector } of added) {
    if (index.nearest(vector)?.person === name) throw new Error('somebody who was removed is found')
  }
  return { add, remove }
}

function result(metric: string, ours: number, target: number, peer: number | null, more: boolean): Result {
  const ratio = ours / (peer ?? target)
  return { bench: 'index', metric, ours, peer, ratio, target, ok: more ? ours >= target : ours <= target }
}
