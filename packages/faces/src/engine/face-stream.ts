import type { RunContext } from '@hearth/contract'
import { createTracker, type Tracker } from '@hearth/tracking'
import type { Match } from '../people/question.ts'
import type { FoundFace } from './face-engine.ts'

/** Who a tracked face was found to be, and from how good a view. */
export interface Identity extends Match {
  live: number | undefined
  /** Goodness of the view that was asked about. */
  view: number
  /** When it was asked, in seconds. */
  asked: number
  /** When the face was last in a frame, in seconds. */
  seen: number
}

/** What the frames of one stream remember of its faces. */
export class FaceStream {
  readonly identities = new Map<number, Identity>()
  /** Of the last answer of the keeper, and when it came. */
  threshold: { value: number; asked: number } | undefined
  #tracker: Tracker
  #question: string | undefined

  constructor(minScore: number) {
    // A face is worth recognising in the first frame that shows it.
    this.#tracker = createTracker({ high: minScore, low: minScore, confirm: 1 })
  }

  /** The faces of the next frame with the numbers of their tracks. */
  track(found: readonly FoundFace[]): (FoundFace & { track?: number })[] {
    return this.#tracker.update(found, now())
  }

  /** Who the face of this track was found to be, if it was asked. */
  identityOf(track: number | undefined): Identity | undefined {
    return track === undefined ? undefined : this.identities.get(track)
  }

  /** Lets go of faces that have not been in a frame since `time`. */
  forget(time: number): void {
    for (const [track, { seen }] of this.identities) if (seen < time) this.identities.delete(track)
  }

  /** Forgets who is who when something else is asked than before: other people, another threshold. */
  ask(question: string): void {
    if (this.#question !== question) {
      this.identities.clear()
      this.threshold = undefined
    }
    this.#question = question
  }
}

/** Seconds on a clock that does not go back. */
export function now(): number {
  return performance.now() / 1000
}

/** The memory of the stream that the run is a frame of; undefined where it stands alone. */
export function streamOf({ memory }: RunContext, minScore: number): FaceStream | undefined {
  if (!memory) return undefined
  const kept = memory.get('faces')
  if (kept instanceof FaceStream) return kept
  const stream = new FaceStream(minScore)
  memory.set('faces', stream)
  return stream
}
