import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import type { LiveAnswer } from '../live-lane/live-lane.ts'
import type { Order } from './accept-job.ts'
import { runOrder } from './run-order.ts'

/** A piece of a streamed answer, parsed by the task's `chunk`; last of all the answer itself. */
export type OrderEvent = { kind: 'chunk'; value: unknown } | { kind: 'end'; answer: LiveAnswer }

/**
 * Runs an order at once and gives its answer piece by piece. Resolves when the first piece is there, so that whatever is
 * refused before can still be answered with a status. Leaving the loop gives the run up.
 * @throws AppError as `runOrder`; the loop throws what goes wrong later.
 */
export async function streamOrder(
  deps: ApiDeps,
  caller: Pick<Caller, 'owner' | 'key'>,
  order: Pick<Order, 'task' | 'input' | 'model'>,
  signal: AbortSignal,
): Promise<AsyncIterable<OrderEvent>> {
  const left = new AbortController()
  const first = Promise.withResolvers<void>()
  const events = new ReadableStream<OrderEvent | Fault>({
    start(controller) {
      // A stream that was left is closed: nothing may be done to it any more.
      const tell = (event: OrderEvent | Fault) => {
        if (!left.signal.aborted) controller.enqueue(event)
        first.resolve()
      }
      const chunk = (value: unknown) => tell({ kind: 'chunk', value })
      runOrder(deps, caller, order, AbortSignal.any([signal, left.signal]), chunk).then(
        answer => {
          tell({ kind: 'end', answer })
          if (!left.signal.aborted) controller.close()
        },
        thrown => {
          first.reject(thrown)
          // Not `controller.error`, which throws away the pieces that were not read yet.
          tell({ kind: 'fault', thrown })
          if (!left.signal.aborted) controller.close()
        },
      )
    },
    cancel: () => left.abort(),
  })
  await first.promise
  return untilFault(events)
}

interface Fault {
  kind: 'fault'
  thrown: unknown
}

async function* untilFault(events: AsyncIterable<OrderEvent | Fault>): AsyncGenerator<OrderEvent> {
  for await (const event of events) {
    if (event.kind === 'fault') throw event.thrown
    yield event
  }
}
