import { AppError, type JobEventBody, type Progress } from '@hearth/contract'
import { thin } from './thin.ts'

interface Latest {
  progress?: Progress
  preview?: { bytes: Uint8Array; mime: string }
}

export interface ReporterOptions {
  /** Tells listeners, without keeping. */
  pass(body: JobEventBody): void
  /** Keeps a milestone as a durable event; asks for its text when it is its turn. Never rejects. */
  milestone(makeBody: () => JobEventBody): Promise<void>
  /** Stores the latest progress and preview. */
  keep(latest: Latest): Promise<void>
  onFault(error: unknown): void
}

/** Turns any number of reports into: live events, few milestones, and the latest state in the store. */
export interface Reporter {
  progress(progress: Progress): void
  preview(bytes: Uint8Array, mime: string): void
  /** Stores what is latest and ends the reporting. */
  close(): Promise<void>
}

const liveInterval = 100
const keepInterval = 500
const milestoneInterval = 1000

export function createReporter({ pass, milestone, keep, onFault }: ReporterOptions): Reporter {
  let closed = false
  let latest: Progress | undefined
  let pendingMilestone = false
  let lastTenth = 0
  let lastMilestone = Number.NEGATIVE_INFINITY
  let keeping: Promise<void> = Promise.resolve()
  let unkept: Latest = {}

  const live = thin<Progress>(liveInterval, progress => pass({ type: 'progress', ...progress }))
  const pictures = thin<{ bytes: Uint8Array; mime: string }>(liveInterval, ({ bytes, mime }) =>
    pass({ type: 'preview', mime, data: Buffer.from(bytes).toString('base64') }),
  )
  // While the database is away the latest is dropped: the next one says more.
  const stored = thin<Latest>(keepInterval, value => {
    unkept = {}
    keeping = keeping.then(() => keep(value)).catch(reportUnlessAway)
  })

  function reportUnlessAway(error: unknown): void {
    if (!(error instanceof AppError && error.code === 'unavailable')) onFault(error)
  }

  /** True if this step is worth keeping: the next tenth of the work, a second after the one before. */
  function isMilestone({ done, total }: Progress): boolean {
    const tenth = total > 0 ? Math.floor((10 * done) / total) : 0
    if (pendingMilestone || tenth <= lastTenth || performance.now() - lastMilestone < milestoneInterval) return false
    lastTenth = tenth
    lastMilestone = performance.now()
    return true
  }

  return {
    progress(progress) {
      if (closed) return
      latest = progress
      if (isMilestone(progress)) {
        pendingMilestone = true
        void milestone(() => ({ type: 'progress', ...(latest ?? progress) })).then(() => {
          pendingMilestone = false
        })
      } else live.offer(progress)
      unkept = { ...unkept, progress }
      stored.offer(unkept)
    },
    preview(bytes, mime) {
      if (closed) return
      pictures.offer({ bytes, mime })
      unkept = { ...unkept, preview: { bytes, mime } }
      stored.offer(unkept)
    },
    async close() {
      closed = true
      live.flush()
      pictures.flush()
      stored.flush()
      await keeping
    },
  }
}
