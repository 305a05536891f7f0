import { AppError, type Bbox } from '@hearth/contract'
import { assign } from './assign.ts'
import { boxOf, holdSize, type Motion, observe, predict, startMotion } from './motion.ts'
import { intersectionOverSmaller, intersectionOverUnion } from './overlap.ts'

/** What a tracker needs to know of a thing that was found. */
export interface Detection {
  /** Pixels. */
  bbox: Bbox
  score: number
  /** Only things of the same label are taken for the same. */
  label?: string
}

export interface TrackerOptions {
  /** From this score on a detection may begin a track. Default 0.5. */
  high?: number
  /** From this score on a detection may continue a track; weaker ones are passed over. Default 0.1. */
  low?: number
  /** Sightings in a row after which a track gets its number; 1: at once. Default 2. */
  confirm?: number
  /** Seconds for which something that frames do not show keeps its number. Default 1. */
  keep?: number
}

export interface Tracker {
  /**
   * The same detections in the same order, each with the number of its track where it has one.
   *
   * @param time seconds on any clock that does not go back; frames may come at any distance.
   */
  update<T extends Detection>(detections: readonly T[], time: number): (T & { track?: number })[]
}

interface Track {
  /** Undefined until confirmed. */
  id: number | undefined
  label: string | undefined
  motion: Motion
  hits: number
  seen: number
}

/** How much a sighting looks like what was expected there: 0 not at all, 1 equal. */
type Likeness = (expected: Bbox, seen: Bbox) => number

/**
 * A tracker in the manner of ByteTrack: things are expected where a Kalman filter of constant velocity puts them, sure
 * detections are matched first, weak ones may only continue what was seen just before. Numbers start at 1 and are
 * never used again.
 */
export function createTracker(options: TrackerOptions = {}): Tracker {
  const { high = 0.5, low = 0.1, confirm = 2, keep = 1 } = options
  const sure = ({ score }: Detection) => score >= high
  const weak = ({ score }: Detection) => score >= low && score < high
  let tracks: Track[] = []
  let lastId = 0
  let lastTime: number | undefined

  function update<T extends Detection>(detections: readonly T[], time: number): (T & { track?: number })[] {
    const before = lastTime ?? time
    if (!(time >= before)) throw new AppError('internal', `a tracker's clock went from ${before} to ${time} seconds`)
    lastTime = time
    for (const track of tracks) {
      if (track.seen < before) holdSize(track.motion)
      predict(track.motion, time - before)
    }
    const known = tracks.filter(track => track.id !== undefined)
    const owners = new Map<Detection, Track>()
    pair(owners, known, detections.filter(sure), near(0.2))
    pair(owners, known, detections.filter(sure), about)
    pair(owners, seenAt(known, before), detections.filter(weak), near(0.5))
    pair(owners, without(tracks, known), detections.filter(sure), about)

    for (const [detection, track] of owners) {
      observe(track.motion, detection.bbox)
      track.hits++
      track.seen = time
    }
    for (const detection of detections) {
      if (owners.has(detection) || !sure(detection)) continue
      const track: Track = {
        id: undefined,
        label: detection.label,
        motion: startMotion(detection.bbox),
        hits: 1,
        seen: time,
      }
      tracks.push(track)
      owners.set(detection, track)
    }
    for (const track of owners.values()) if (track.id === undefined && track.hits >= confirm) track.id = ++lastId
    tracks = tracks.filter(track => (track.id === undefined ? track.seen === time : time - track.seen <= keep))
    return detections.map(detection => {
      const id = owners.get(detection)?.id
      return id === undefined ? detection : { ...detection, track: id }
    })
  }
  return { update }
}

const without = (all: readonly Track[], some: readonly Track[]) => all.filter(track => !some.includes(track))
const seenAt = (tracks: readonly Track[], time: number) => tracks.filter(track => track.seen === time)

/** Gives detections that have no owner yet to tracks that own none yet, so that the overlaps add up to the most. */
function pair(
  owners: Map<Detection, Track>,
  tracks: readonly Track[],
  detections: readonly Detection[],
  likeness: Likeness,
): void {
  const free = without(tracks, [...owners.values()])
  const open = detections.filter(detection => !owners.has(detection))
  const gain = free.map(track => {
    const expected = boxOf(track.motion)
    return open.map(({ bbox, label }) => (track.label === label ? likeness(expected, bbox) : 0))
  })
  for (const [row, column] of assign(gain).entries()) {
    const track = free[row]
    const detection = open[column]
    if (track && detection) owners.set(detection, track)
  }
}

/** Boxes that overlap by a part of their joint area. */
function near(least: number): Likeness {
  return (expected, seen) => {
    const shared = intersectionOverUnion(expected, seen)
    return shared >= least ? shared : 0
  }
}

/**
 * Boxes that overlap once they are grown by half of their size on each side, for what moved faster than expected; or of
 * which one lies in the other, for what is half hidden.
 */
function about(expected: Bbox, seen: Bbox): number {
  const shared = intersectionOverUnion(enlarge(expected), enlarge(seen))
  return shared >= 0.15 || intersectionOverSmaller(expected, seen) >= 0.7 ? shared : 0
}

function enlarge([x1, y1, x2, y2]: Bbox): Bbox {
  const [across, down] = [(x2 - x1) / 2, (y2 - y1) / 2]
  return [x1 - across, y1 - down, x2 + across, y2 + down]
}
