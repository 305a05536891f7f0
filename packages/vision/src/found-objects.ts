import type { Bbox, RunContext } from '@hearth/contract'
import { createTracker, type Tracker } from '@hearth/tracking'

/** What a model took for a thing, before it is known who asked for what. */
export interface FoundObject {
  label: string
  score: number
  bbox: Bbox
}

interface Wanted {
  min_score: number
  labels?: string[] | undefined
  max_objects: number
}

/** Below this a sighting says nothing, not even that something known is still there. */
const faint = 0.1
const memoryKey = 'object-tracker'

function within([x1, y1, x2, y2]: Bbox, size: { width: number; height: number }): Bbox {
  const across = (x: number) => Math.min(size.width, Math.max(0, x))
  const down = (y: number) => Math.min(size.height, Math.max(0, y))
  return [across(x1), down(y1), across(x2), down(y2)]
}

/**
 * The objects that were asked for, the surest first, inside the picture; in a stream each with the number of its track.
 * All that the model found is to be given, so that a track outlives frames in which its thing is hardly seen.
 */
export function chooseObjects(
  found: readonly FoundObject[],
  wanted: Wanted,
  size: { width: number; height: number },
  context: Pick<RunContext, 'memory'>,
): (FoundObject & { track?: number })[] {
  const labels = wanted.labels && new Set(wanted.labels.map(label => label.toLowerCase()))
  const inside = found
    .filter(
      ({ label, score }) => score >= Math.min(faint, wanted.min_score) && labels?.has(label.toLowerCase()) !== false,
    )
    .map(({ label, score, bbox }) => ({ label, score, bbox: within(bbox, size) }))
    .filter(({ bbox: [x1, y1, x2, y2] }) => x2 > x1 && y2 > y1)
  const followed = context.memory ? trackerIn(context.memory, wanted).update(inside, performance.now() / 1000) : inside
  return followed
    .filter(({ score }) => score >= wanted.min_score)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, wanted.max_objects)
}

const trackers = new WeakMap<Map<string, unknown>, Tracker>()

function trackerIn(memory: Map<string, unknown>, wanted: Wanted): Tracker {
  const known = trackers.get(memory)
  if (known) return known
  const tracker = createTracker({ high: wanted.min_score, low: Math.min(faint, wanted.min_score) })
  trackers.set(memory, tracker)
  memory.set(memoryKey, tracker)
  return tracker
}
