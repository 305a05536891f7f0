import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '@hearth/log'
import { apiNodes, type Store } from '@hearth/store'
import type { WebSocket } from 'ws'
import type { WatchCamera } from '../cameras/watch-camera.ts'
import { describeError } from '../describe-error.ts'
import type { LiveLane } from '../lanes/live.ts'
import { dial } from './dial.ts'
import { type ServedLink, serveLink } from './serve-link.ts'

/** Milliseconds between two looks for api processes: with a link, and without any. */
const interval = 1_000
const hurry = 200
/** Seconds without a beat after which one is not looked for any more. */
const maxAge = 10
/** Milliseconds before a connection is tried again: the first time, and at most. */
const firstPause = 50
const longestPause = 2_000

export interface LinksOptions {
  store: Store
  /** Id of this worker. */
  worker: string
  lane: LiveLane
  watchCamera: WatchCamera
  /** Ids of the models in memory. */
  models(): string[]
  log: Logger
}

export interface Links {
  /** The models in memory may be others now. */
  changed(): void
  /** Ends all connections; what runs for them is given up. */
  close(): Promise<void>
}

/** Keeps a connection to every api process that the database knows, for as long as it does. */
export function keepLinks({ store, worker, lane, watchCamera, models, log }: LinksOptions): Links {
  const stop = new AbortController()
  const kept = new Map<string, Promise<void>>()
  const open = new Map<WebSocket, ServedLink>()
  let listed: apiNodes.ApiNode[] = []
  let away = false

  /** Until the process is off the list. */
  async function keep(id: string): Promise<void> {
    let pause = firstPause
    for (;;) {
      const node = listed.find(node => node.id === id)
      if (!node || stop.signal.aborted) return
      try {
        const socket = await dial(node, worker, stop.signal)
        pause = firstPause
        await serve(socket)
        log.info({ node: id }, 'the link to an api process ended')
      } catch (error) {
        if (!stop.signal.aborted) log.debug({ node: id, reason: describeError(error) }, 'no link yet')
      }
      await wait(pause, undefined, { signal: stop.signal }).catch(() => undefined)
      pause = Math.min(pause * 2, longestPause)
    }
  }

  async function serve(socket: WebSocket): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    socket.once('close', () => resolve())
    const link = serveLink(socket, lane, watchCamera, log)
    open.set(socket, link)
    link.tell(models())
    await promise
    open.delete(socket)
  }

  async function look(): Promise<void> {
    try {
      listed = await apiNodes.alive(store, maxAge)
      if (away) log.info('the database answers again')
      away = false
    } catch (error) {
      // Links that stand go on; the next look is the retry.
      if (!away) log.warn({ reason: describeError(error) }, 'cannot look for api processes')
      away = true
    }
    for (const { id } of listed) {
      if (!kept.has(id))
        kept.set(
          id,
          keep(id).finally(() => kept.delete(id)),
        )
    }
  }

  async function watch(): Promise<void> {
    while (!stop.signal.aborted) {
      await look()
      await wait(open.size > 0 ? interval : hurry, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  }

  const watching = watch()
  return {
    changed() {
      for (const link of open.values()) link.tell(models())
    },
    async close() {
      stop.abort()
      for (const socket of open.keys()) socket.close(1001, 'the worker stops')
      const cut = setTimeout(() => {
        for (const socket of open.keys()) socket.terminate()
      }, 500)
      await Promise.all([watching, ...kept.values()])
      clearTimeout(cut)
    },
  }
}
