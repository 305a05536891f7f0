import { AppError, toAppError } from '@hearth/contract'
import { type LiveLane, liveReference } from '../live-lane/live-lane.ts'

/** Seconds that one look may take before the worker counts as away. */
const patience = 20

/** Runs one task on the frames of one stream, and on single ones beside it. */
export interface Eye {
  /** @param fresh alone, without what the stream remembers. @throws AppError as the live lane. */
  look(task: string, input: object, frame: { bytes: Uint8Array; fresh: boolean }): Promise<unknown>
  close(): void
}

export function createEye(live: LiveLane, owner: string): Eye {
  const end = new AbortController()
  const image = liveReference(0)
  let open: string | undefined

  async function stream(task: string, signal: AbortSignal): Promise<string> {
    if (open !== undefined) return open
    const { stream } = await live.open({ task, signal })
    open = stream
    if (end.signal.aborted) forget()
    return stream
  }

  function forget(): void {
    if (open !== undefined) live.close(open)
    open = undefined
  }

  return {
    async look(task, input, { bytes, fresh }) {
      const late = AbortSignal.timeout(patience * 1000)
      const signal = AbortSignal.any([end.signal, late])
      const run = { task, input: { ...input, image }, media: new Map([[image, bytes]]), owner, signal }
      try {
        return (await live.run(fresh ? run : { ...run, stream: await stream(task, signal) })).output
      } catch (thrown) {
        const error = late.aborted ? tooLate(thrown) : thrown
        // Whatever it was, the next look opens anew: the worker that had the stream may be gone.
        if (toAppError(error).retryable || toAppError(error).code === 'not-found') forget()
        throw error
      }
    },
    close() {
      end.abort()
      forget()
    },
  }
}

function tooLate(cause: unknown): AppError {
  return new AppError('unavailable', `the worker gave no answer within ${patience} s`, { cause })
}
