import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server as NetServer } from 'node:net'
import type { Config } from '@hearth/config'
import { AppError, liveLinkPath } from '@hearth/contract'
import { getRequestListener } from '@hono/node-server'
import { createApp } from './app.ts'
import { createCourier } from './courier/courier.ts'
import type { ApiDeps } from './deps.ts'
import { isHttp } from './dialects/dialect.ts'
import { dialects } from './dialects/dialects.generated.ts'
import { createSocketIo } from './live/socket-io.ts'
import { dispatchUpgrades } from './live/upgrade.ts'
import { createJobsSocket } from './live/web-socket.ts'
import { announce } from './live-lane/announce.ts'
import type { StudioFile } from './studio/read-studio.ts'

export interface RunningServer {
  url: string
  /** Ends all connections. */
  close(): Promise<void>
}

/** Milliseconds. */
const lastMoment = 500

export interface ServerOptions {
  host: string
  /** 0: any free one. */
  port: number
  studio?: ReadonlyMap<string, StudioFile>
}

/** Listens for HTTP, Socket.IO and plain WebSockets on one port. @throws AppError `conflict` if it is taken. */
export async function startServer(deps: ApiDeps, { host, port, studio }: ServerOptions): Promise<RunningServer> {
  const app = createApp(deps, studio ? { studio } : {})
  const server = makeServer(deps.config, getRequestListener(app.fetch))
  const courier = createCourier(deps)
  const sockets = await createSocketIo(deps, server, courier)
  const plain = new Map(dialects.filter(isHttp).flatMap(dialect => Object.entries(dialect.sockets?.(deps) ?? {})))
  plain.set('/ws/jobs', createJobsSocket(deps))
  dispatchUpgrades(server, {
    '/socket.io': sockets.upgrade,
    [liveLinkPath]: deps.links.upgrade,
    ...Object.fromEntries([...plain].map(([path, { upgrade }]) => [path, upgrade])),
  })
  await listen(server, host, port)
  const { port: bound } = server.address() as AddressInfo
  const announced = announce(deps, { host, port: bound, token: deps.links.token })
  const name = host.includes(':') ? `[${host}]` : host
  return {
    url: `${deps.config.tls ? 'https' : 'http'}://${name}:${bound}`,
    async close() {
      await announced.close()
      deps.links.close()
      for (const socket of plain.values()) socket.close()
      // Socket.IO closes the server too and waits for its connections; streams among them end only when they are cut.
      const cut = setTimeout(() => server.closeAllConnections(), lastMoment)
      await sockets.close()
      clearTimeout(cut)
      await courier.close()
    },
  }
}

function makeServer(config: Config, listener: ReturnType<typeof getRequestListener>): Server {
  const limits = { headersTimeout: 30_000, requestTimeout: 300_000, maxHeaderSize: 32 * 1024 }
  if (!config.tls) return createServer(limits, listener)
  return createTlsServer(
    { ...limits, cert: readFileSync(config.tls.cert), key: readFileSync(config.tls.key) },
    listener,
  )
}

export function listen(server: NetServer, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error: NodeJS.ErrnoException) => {
    const taken = error.code === 'EADDRINUSE'
    reject(taken ? new AppError('conflict', `port ${port} of ${host} is in use`, { cause: error }) : error)
  })
  server.listen(port, host, resolve)
  return promise
}

/** Takes no more requests, lets those in progress end for a moment, and cuts the rest, such as streams. */
export function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(() => server.closeAllConnections(), lastMoment)
  server.close(() => {
    clearTimeout(timer)
    resolve()
  })
  server.closeIdleConnections()
  return promise
}
