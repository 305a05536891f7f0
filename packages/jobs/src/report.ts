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
  const isMilestone = milestones()
  let writing = false
  const live = thin<Progress>(liveInterval, progress => pass({ type: 'progress', ...progress }))
  const pictures = thin<{ bytes: Uint8Array; mime: string }>(liveInterval, ({ bytes, mime }) =>
    pass({ type: 'preview', mime, data: Buffer.from(bytes).toString('base64') }),
  )
  const stored = createKeeper(keep, onFault)

  return {
    progress(progress) {
      if (closed) return
      latest = progress
      if (!writing && isMilestone(progress)) {
        writing = true
        // What it says is asked for when it is written, so that it never tells less than what was passed before it.
        void milestone(() => ({ type: 'progress', ...(latest ?? progress) })).then(() => {
          writing = false
        })
      } else live.offer(progress)
      stored.offer({ progress })
    },
    preview(bytes, mime) {
      if (closed) return
      pictures.offer({ bytes, mime })
      stored.offer({ preview: { bytes, mime } })
    },
    async close() {
      closed = true
      live.flush()
      pictures.flush()
      await stored.close()
    },
  }
}

/** Tells whether a step is worth keeping: the next tenth of the work, a second or more after the one before. */
function milestones(): (progress: Progress) => boolean {
  let lastTenth = 0
  let last = Number.NEGATIVE_INFINITY
  return ({ done, total }) => {
    const tenth = total > 0 ? Math.floor((10 * done) / total) : 0
    if (tenth <= lastTenth || performance.now() - last < milestoneInterval) return false
    lastTenth = tenth
    last = performance.now()
    return true
  }
}

/** Stores the latest of each kind, one write at a time. While the database is away it is dropped: the next says more. */
function createKeeper(keep: ReporterOptions['keep'], onFault: ReporterOptions['onFault']) {
  let unkept: Latest = {}
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    const value = unkept
    unkept = {}
    try {
      await keep(value)
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'unavailable')) onFault(error)
    }
    writing = undefined
  }
  const due = thin<undefined>(keepInterval, () => {
    // A slow write holds the next one up; what comes meanwhile goes with that.
    writing ??= write()
  })

  return {
    offer(value: Latest) {
      unkept = { ...unkept, ...value }
      due.offer(undefined)
    },
    async close() {
      due.flush()
      await writing
      if (Object.keys(unkept).length > 0) await write()
    },
  }
}
