import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { createTracker } from './tracker.ts'

/** x1, y1, x2, y2, score, who it really is, what ByteTrack took it for; the last two -1 for nobody. */
type Row = [number, number, number, number, number, number, number]
interface Scene {
  fps: number
  frames: Row[][]
}

/** How well numbers follow things: the share of sightings that a thing spends under its main number, and switches. */
function judge(frames: { thing: number; track: number }[][]): { kept: number; switches: number } {
  const spent = new Map<number, Map<number, number>>()
  const last = new Map<number, number>()
  let switches = 0
  let sightings = 0
  for (const { thing, track } of frames.flat()) {
    if (thing < 0) continue
    sightings += 1
    if (track < 0) continue
    if (last.has(thing) && last.get(thing) !== track) switches += 1
    last.set(thing, track)
    const numbers = spent.get(thing) ?? new Map<number, number>()
    numbers.set(track, (numbers.get(track) ?? 0) + 1)
    spent.set(thing, numbers)
  }
  const main = [...spent.values()].map(numbers => Math.max(...numbers.values()))
  return { kept: main.reduce((sum, count) => sum + count, 0) / sightings, switches }
}

it('keeps numbers as well as ByteTrack or better, in three scenes with crossings and misses', async () => {
  const text = await readFile(new URL('./golden/scenes.json', import.meta.url), 'utf8')
  const scenes: Scene[] = JSON.parse(text)
  const results = scenes.map(({ fps, frames }) => {
    const tracker = createTracker()
    const ours = frames.map((rows, index) => {
      const found = rows.map(([x1, y1, x2, y2, score, thing]) => ({
        bbox: [x1, y1, x2, y2] as [number, number, number, number],
        score,
        thing,
      }))
      return tracker.update(found, index / fps).map(({ thing, track = -1 }) => ({ thing, track }))
    })
    const theirs = frames.map(rows => rows.map(([, , , , , thing, track]) => ({ thing, track })))
    return { ours: judge(ours), theirs: judge(theirs) }
  })
  for (const { ours, theirs } of results) {
    // A few sightings are apart: whether the first of a thing has a number already.
    expect(ours.kept, JSON.stringify(results)).toBeGreaterThan(theirs.kept - 0.01)
    expect(ours.switches, JSON.stringify(results)).toBeLessThanOrEqual(theirs.switches)
  }
})
