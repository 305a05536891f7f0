import { setTimeout as delay } from 'node:timers/promises'
import type { ApiDeps } from '../deps.ts'
import type { ApiContext } from '../http/env.ts'
import { type ErrorAnswer, presentable } from '../http/errors.ts'

export interface Patience {
  /** Seconds of silence before the answer begins: below the shortest limit of common proxies, which is 60. */
  quiet: number
  /** Seconds between signs of life after that. */
  beat: number
}

const usual: Patience = { quiet: 50, beat: 15 }

/**
 * A JSON answer that may take minutes. Proxies and clients give up on a silent connection, so that after a while the
 * answer begins with blank space, which JSON allows. From then on the status is 200 whatever happens: a failure is
 * told by the body alone, in the dialect's own form.
 */
export async function patientJson(
  c: ApiContext,
  deps: Pick<ApiDeps, 'log'>,
  options: { work: Promise<unknown>; error: ErrorAnswer; patience?: Patience },
): Promise<Response> {
  const { work, error, patience = usual } = options
  const early = await firstOf(work, patience.quiet)
  if (early) return c.json(early.value)
  const encoder = new TextEncoder()
  const stop = new AbortController()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const timer = setInterval(() => controller.enqueue(encoder.encode(' \n')), patience.beat * 1000)
      stop.signal.addEventListener('abort', () => clearInterval(timer), { once: true })
      controller.enqueue(encoder.encode(' \n'))
      const finish = (text: string) => {
        if (stop.signal.aborted) return
        stop.abort()
        controller.enqueue(encoder.encode(text))
        controller.close()
      }
      work
        .then(
          value => JSON.stringify(value),
          thrown => error(c, presentable(thrown, c, deps.log)).text(),
        )
        .then(finish, thrown => {
          stop.abort()
          controller.error(thrown)
        })
    },
    cancel: () => stop.abort(),
  })
  return new Response(body, { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } })
}

/** What the work gave, or undefined if it takes longer than that. */
async function firstOf(work: Promise<unknown>, seconds: number): Promise<{ value: unknown } | undefined> {
  const stop = new AbortController()
  const silence = delay(seconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined)
  try {
    return await Promise.race([work.then(value => ({ value })), silence])
  } finally {
    stop.abort()
  }
}
