import type { Bbox } from '@hearth/contract'
import { describe, expect, it } from 'vitest'
import { createTracker, type Tracker } from './tracker.ts'

const box = (x: number, y: number, width = 40, height = 80): Bbox => [x, y, x + width, y + height]
const found = (bbox: Bbox, score = 0.9, label = 'person') => ({ bbox, score, label })

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** Feeds one frame and gives the numbers in the order of the detections. */
const numbers = (tracker: Tracker, time: number, ...things: ReturnType<typeof found>[]) =>
  tracker.update(things, time).map(thing => thing.track)

describe('numbers', () => {
  it('come with the second sighting, or at once when configured', () => {
    const patient = createTracker()
    expect(numbers(patient, 0, found(box(0, 0)))).toEqual([undefined])
    expect(numbers(patient, 0.1, found(box(2, 0)))).toEqual([1])
    expect(numbers(createTracker({ confirm: 1 }), 0, found(box(0, 0)), found(box(200, 0)))).toEqual([1, 2])
  })

  it('are not given for what is seen once in a while', () => {
    const tracker = createTracker({ confirm: 3 })
    expect(numbers(tracker, 0, found(box(0, 0)))).toEqual([undefined])
    numbers(tracker, 0.1)
    expect(numbers(tracker, 0.2, found(box(0, 0)))).toEqual([undefined])
    expect(numbers(tracker, 0.3, found(box(0, 0)))).toEqual([undefined])
    expect(numbers(tracker, 0.4, found(box(0, 0)))).toEqual([1])
  })

  it('leave order, fields and weak detections as they are', () => {
    const tracker = createTracker({ confirm: 1 })
    const things = [
      { ...found(box(0, 0), 0.05), name: 'too weak' },
      { ...found(box(100, 0)), name: 'sure' },
      { ...found(box(300, 0), 0.3), name: 'weak and new' },
    ]
    expect(tracker.update(things, 0)).toEqual([things[0], { ...things[1], track: 1 }, things[2]])
  })

  it('belong to one label', () => {
    const tracker = createTracker({ confirm: 1 })
    expect(numbers(tracker, 0, found(box(0, 0), 0.9, 'cat'))).toEqual([1])
    expect(numbers(tracker, 0.1, found(box(0, 0), 0.9, 'dog'))).toEqual([2])
    expect(numbers(tracker, 0.2, found(box(0, 0), 0.9, 'cat'))).toEqual([1])
  })
})

describe('crossing', () => {
  // Two walk towards each other and meet around x = 300.
  const left = (step: number) => found(box(100 + 8 * step, 100))
  const right = (step: number) => found(box(500 - 8 * step, 104))

  it('keeps the numbers when both stay in sight', () => {
    const tracker = createTracker({ confirm: 1 })
    for (let step = 0; step <= 50; step++) {
      const pair = step % 2 ? [right(step), left(step)] : [left(step), right(step)]
      const wanted = step % 2 ? [2, 1] : [1, 2]
      expect(numbers(tracker, step / 15, ...pair), `step ${step}`).toEqual(wanted)
    }
  })

  it('keeps the numbers when one hides behind the other', () => {
    const tracker = createTracker({ confirm: 1 })
    for (let step = 0; step <= 50; step++) {
      const hidden = Math.abs(left(step).bbox[0] - right(step).bbox[0]) < 36
      const result = numbers(tracker, step / 15, left(step), ...(hidden ? [] : [right(step)]))
      expect(result, `step ${step}`).toEqual(hidden ? [1] : [1, 2])
    }
  })

  it('keeps the numbers when one is half hidden, seen as no more than a strip', () => {
    for (const fps of [8, 10, 15, 25]) {
      const tracker = createTracker({ confirm: 1 })
      for (let step = 0; step < 3 * fps; step++) {
        const front = box(20 + (80 * step) / fps, 70, 40, 40)
        const [x1, y1, x2, y2] = box(260 - (80 * step) / fps, 80, 40, 40)
        const covered = x1 < front[2] && x2 > front[0]
        const strip = x1 >= front[0] && x2 <= front[2]
        // Of what is behind only the lowest quarter shows where the other covers it.
        const behind: Bbox = strip || Math.abs(x1 - front[0]) < 12 ? [x1, front[3], x2, y2] : [x1, y1, x2, y2]
        const result = numbers(tracker, step / fps, found(front), found(behind))
        expect(result, `${fps} fps, step ${step}${covered ? ', covered' : ''}`).toEqual([1, 2])
      }
    }
  })

  it('keeps the numbers of things of different size and speed, with noise, in 30 of 30 scenes', () => {
    for (let seed = 0; seed < 30; seed++) {
      const random = generator(seed)
      const noise = () => (random() - 0.5) * 4
      const tracker = createTracker({ confirm: 1 })
      const speed = 4 + random() * 6
      for (let step = 0; step < 60; step++) {
        const lower = found(box(100 + speed * step + noise(), 100 + noise(), 40 + noise(), 80 + noise()))
        const upper = found(box(500 - speed * step + noise(), 90 + noise(), 60 + noise(), 100 + noise()))
        expect(numbers(tracker, step / 25, lower, upper), `seed ${seed}, step ${step}`).toEqual([1, 2])
      }
    }
  })
})

describe('out of sight', () => {
  const walking = (time: number) => found(box(50 + 120 * time, 100))

  it('keeps the number through a short occlusion and misses in between', () => {
    const tracker = createTracker({ confirm: 1 })
    for (let step = 0; step < 60; step++) {
      const time = step / 20
      const seen = step % 7 !== 3 && !(step >= 30 && step < 44)
      expect(numbers(tracker, time, ...(seen ? [walking(time)] : [])), `step ${step}`).toEqual(seen ? [1] : [])
    }
  })

  it('gives a new number after longer than it is configured to wait', () => {
    const tracker = createTracker({ confirm: 1, keep: 0.5 })
    numbers(tracker, 0, walking(0))
    numbers(tracker, 0.1, walking(0.1))
    numbers(tracker, 0.4)
    expect(numbers(tracker, 0.6, walking(0.6))).toEqual([1])
    numbers(tracker, 1.2)
    expect(numbers(tracker, 1.3, walking(1.3))).toEqual([2])
  })

  it('goes on through weak detections, which never begin a track', () => {
    const tracker = createTracker({ confirm: 1 })
    numbers(tracker, 0, walking(0))
    for (let step = 1; step < 40; step++) {
      const time = step / 20
      expect(numbers(tracker, time, { ...walking(time), score: 0.2 })).toEqual([1])
    }
    expect(numbers(tracker, 2, found(box(900, 900), 0.2))).toEqual([undefined])
  })

  it('does not let a half-hidden box shrink away', () => {
    const tracker = createTracker({ confirm: 1 })
    for (let step = 0; step < 10; step++) numbers(tracker, step / 20, found(box(100, 100, 60, 120 - step * 8)))
    for (let step = 10; step < 14; step++) numbers(tracker, step / 20)
    expect(numbers(tracker, 0.75, found(box(100, 100, 60, 60)))).toEqual([1])
  })
})

describe('time', () => {
  it('may pass unevenly', () => {
    const random = generator(3)
    const tracker = createTracker({ confirm: 1 })
    let time = 0
    for (let step = 0; step < 200; step++) {
      expect(numbers(tracker, time, found(box(200 * time, 100))), `at ${time}`).toEqual([1])
      time += 0.01 + random() * 0.3
    }
  })

  it('may stand still, but not go back', () => {
    const tracker = createTracker({ confirm: 1 })
    expect(numbers(tracker, 5, found(box(0, 0)))).toEqual([1])
    expect(numbers(tracker, 5, found(box(0, 0)))).toEqual([1])
    expect(() => tracker.update([], 4.9)).toThrow('went from 5 to 4.9 seconds')
    expect(() => tracker.update([], Number.NaN)).toThrow('NaN')
  })
})

it('takes a jump for something new', () => {
  const tracker = createTracker({ confirm: 1 })
  for (let step = 0; step < 10; step++) expect(numbers(tracker, step / 10, found(box(100, 100)))).toEqual([1])
  expect(numbers(tracker, 1, found(box(500, 100)))).toEqual([2])
  expect(numbers(tracker, 1.1, found(box(500, 100)))).toEqual([2])
})

it('stays one-to-one and never gives a number twice over 1,000 random frames', () => {
  const random = generator(7)
  const tracker = createTracker({ confirm: 2, keep: 0.3 })
  const lastSeen = new Map<number, number>()
  let time = 0
  let highest = 0
  for (let frame = 0; frame < 1000; frame++) {
    const previous = time
    time += random() * 0.2
    const things = Array.from({ length: Math.floor(random() * 20) }, () =>
      found(box(random() * 300, random() * 300), random(), random() < 0.5 ? 'person' : 'dog'),
    )
    const result = tracker.update(things, time)
    expect(result.map(({ track: _, ...thing }) => thing)).toEqual(things)
    const ids = result.flatMap(({ track }) => track ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    const before = highest
    for (const id of ids) {
      highest = Math.max(highest, id)
      // Either it is new, and then higher than all before, or it was not out of sight for too long.
      const seen = lastSeen.get(id)
      expect(seen === undefined ? id > before : previous - seen <= 0.3 + 1e-9).toBe(true)
      lastSeen.set(id, time)
    }
  }
  expect(highest).toBeGreaterThan(100)
})
