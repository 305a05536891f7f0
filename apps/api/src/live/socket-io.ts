import type { Server as HttpServer } from 'node:http'
import { type JobEvent, toAppError } from '@hearth/contract'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { Redis } from 'ioredis'
import { Server, type Socket } from 'socket.io'
import { Adapter } from 'socket.io-adapter'
import { z } from 'zod'
import { askAgain } from '../auth/ask-again.ts'
import type { Caller } from '../auth/caller.ts'
import { isWelcome, socketCaller } from '../auth/socket-caller.ts'
import { serveCameras } from '../cameras/camera-socket.ts'
import type { Courier } from '../courier/courier.ts'
import type { ApiDeps } from '../deps.ts'
import { largestFrame, serveKiosks } from '../kiosk/kiosk-socket.ts'
import { serveFrames } from './socket-frames.ts'
import type { UpgradeHandler } from './upgrade.ts'
import { createWatch, type Watch } from './watch.ts'
import { obeyWatch } from './watch-message.ts'

/** Milliseconds after which a lost connection can no longer be taken up where it was. */
const recovery = 2 * 60_000
/** Packets that may wait for a slow reader: previews are left out above the first, the reader dropped above the second. */
const slow = 20
const tooSlow = 2000

/** Kept with a connection by the adapter, so that any process can take it up again. */
const kept = z.object({
  owner: z.string(),
  everything: z.boolean(),
  seen: z.record(z.string(), z.int()),
})

/**
 * Namespace `/jobs`: `watch` as `obeyWatch` takes it, answered by `event`s. A connection that breaks is taken up by
 * whichever process the client reaches next; what it missed comes from the database, by number.
 */
export async function createSocketIo(
  deps: ApiDeps,
  server: HttpServer,
  courier: Courier,
): Promise<{ upgrade: UpgradeHandler; close(): Promise<void> }> {
  const { queue, log } = deps
  const redis = new Redis(queue.redisUrl, {
    maxRetriesPerRequest: null,
    retryStrategy: times => Math.min(50 * times, 1000),
  })
  redis.on('error', error => log.debug({ error }, 'the sockets cannot reach the queue server'))
  const io = new Server(server, {
    adapter: createAdapter(redis, {
      streamName: `${queue.prefix}:sockets`,
      maxLen: 1000,
      sessionKeyPrefix: `${queue.prefix}:socket:`,
    }),
    // Who it is, is asked again each time: a key may have been revoked meanwhile.
    connectionStateRecovery: { maxDisconnectionDuration: recovery, skipMiddlewares: false },
    destroyUpgrade: false,
    serveClient: false,
    // A frame somewhat beyond its limit is told so rather than cut off.
    maxHttpBufferSize: Math.max(2 * deps.config.liveFrame, largestFrame + 1024),
    allowRequest: (request, done) => done(null, isWelcome(deps, request)),
  })
  // Upgrades are handed over by path; engine.io must not listen for them by itself.
  server.removeAllListeners('upgrade')
  const jobs = io.of('/jobs')
  jobs.use(known(deps, caller => caller.owner))
  jobs.on('connection', socket => serve(deps, socket))
  // What a camera saw goes to nobody else: not through the queue server, and not kept for a connection that broke.
  for (const cameras of [io.of('/live'), io.of('/kiosk')]) cameras.adapter = new Adapter(cameras)
  io.of('/live').use(known(deps, caller => caller))
  io.of('/live').on('connection', socket => {
    serveFrames(deps, socket)
    serveCameras(deps, socket)
  })
  serveKiosks(deps, io, courier)
  // Namespace `/` has nothing to offer.
  io.on('connection', socket => socket.disconnect(true))
  return {
    upgrade: (request, socket, head) => io.engine.handleUpgrade(request as never, socket as never, head),
    async close() {
      await io.close()
      redis.disconnect()
    },
  }
}

/** Lets in who may use tasks. @param keep what is kept of the caller with the socket. */
function known(deps: ApiDeps, keep: (caller: Caller) => unknown) {
  return (socket: Socket, next: (error?: Error) => void) => {
    const given = z.object({ key: z.string().max(500) }).safeParse(socket.handshake.auth)
    const ask = () => socketCaller(deps, socket.request, given.success ? given.data.key : undefined)
    ask().then(
      caller => {
        socket.data.caller = keep(caller)
        const stop = askAgain(ask, refusal => {
          socket.emit('problem', refusal.report())
          socket.disconnect(true)
        })
        socket.on('disconnect', stop)
        next()
      },
      error => next(Object.assign(new Error(toAppError(error).message), { data: toAppError(error).report() })),
    )
  }
}

function serve(deps: ApiDeps, socket: Socket): void {
  const owner: string = socket.data.caller
  const onFault = (error: unknown) => deps.log.warn({ error }, 'a socket missed events')
  const watch = createWatch({ hub: deps.hub, store: deps.store, owner, send: paced(socket), onFault })
  const before = socket.recovered ? kept.safeParse(socket.data.kept) : undefined
  if (before?.success && before.data.owner === owner) resume(watch, before.data).catch(onFault)
  let last: Promise<void> = Promise.resolve()
  socket.on('watch', (message: unknown, acknowledge?: unknown) => {
    const answer = typeof acknowledge === 'function' ? (value: unknown) => acknowledge(value) : () => undefined
    last = last
      .then(() => obeyWatch(deps, owner, watch, message))
      .then(
        () => answer({ ok: true }),
        error => {
          socket.emit('problem', toAppError(error).report())
          answer({ error: toAppError(error).report() })
        },
      )
  })
  socket.on('disconnecting', () => {
    socket.data.kept = { owner, ...watch.state() } satisfies z.infer<typeof kept>
  })
  socket.on('disconnect', () => watch.close())
  // One packet through the adapter: it carries the place in the stream by which a connection can be taken up again.
  socket.nsp.to(socket.id).emit('ready')
}

async function resume(watch: Watch, { everything, seen }: z.infer<typeof kept>): Promise<void> {
  if (everything) watch.owner()
  await Promise.all(Object.entries(seen).map(([id, after]) => watch.job(id, after)))
}

/** Sends at the pace of the reader. */
function paced(socket: Socket): (event: JobEvent) => void {
  let waiting = 0
  socket.conn.on('drain', () => {
    waiting = 0
  })
  return event => {
    if (waiting > tooSlow) socket.disconnect(true)
    else if (waiting < slow || event.type !== 'preview') {
      waiting += 1
      socket.emit('event', event)
    }
  }
}
