import type { IncomingMessage } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { askAgain } from '../auth/ask-again.ts'
import type { Caller } from '../auth/caller.ts'
import { isWelcome, socketCaller } from '../auth/socket-caller.ts'
import type { ApiDeps } from '../deps.ts'
import { refuseUpgrade, type UpgradeHandler } from './upgrade.ts'

/** What is served at one path of the server. */
export interface PlainSocket {
  readonly upgrade: UpgradeHandler
  close(): void
}

export interface PlainSocketOptions {
  /** Bytes; whoever sends a larger message is cut off. */
  maxPayload: number
  /** A client that is known. Its first message comes after this returns. */
  serve(client: WebSocket, caller: Caller, request: IncomingMessage): void
  /**
   * Who a client is, where clients of this kind say it in their own way. Resolves to a question that is asked now and
   * again while the connection lasts. The client is not read from, unless this does it.
   */
  identify?(client: WebSocket, request: IncomingMessage): Promise<() => Promise<Caller>>
  /** Which of the protocols that a client offers is spoken; the first unless this says otherwise. */
  protocol?(offered: ReadonlySet<string>): string | false
  /** Tells why a client is not let in; the connection is closed after that. */
  tell(client: WebSocket, error: unknown): void
}

const beat = 30_000

/** A plain WebSocket: the same page or a key, no silent connections, no messages beyond a size. */
export function createPlainSocket(deps: ApiDeps, options: PlainSocketOptions): PlainSocket {
  const { maxPayload, serve, tell, protocol, identify = byQueryOrHeader(deps) } = options
  const server = new WebSocketServer({
    noServer: true,
    maxPayload,
    perMessageDeflate: false,
    ...(protocol ? { handleProtocols: protocol } : {}),
  })
  return {
    upgrade(request, socket, head) {
      if (!isWelcome(deps, request)) return refuseUpgrade(socket, '403 Forbidden')
      server.handleUpgrade(request, socket, head, client => {
        // Slow questions come after the handshake; what the client says meanwhile waits in the socket.
        client.pause()
        client.on('error', error => deps.log.debug({ error }, 'a socket broke'))
        const refuse = (error: unknown) => {
          tell(client, error)
          client.close(4401, 'unauthenticated')
        }
        const admit = async () => {
          const ask = await identify(client, request)
          const caller = await ask()
          keepAlive(client)
          client.on('close', askAgain(ask, refuse))
          serve(client, caller, request)
        }
        admit()
          .catch(refuse)
          .finally(() => client.resume())
      })
    },
    close() {
      for (const client of server.clients) client.close(1001, 'the server stops')
      server.close()
    },
  }
}

function byQueryOrHeader(deps: ApiDeps): NonNullable<PlainSocketOptions['identify']> {
  return async (_, request) => {
    const key = new URL(request.url ?? '', 'http://socket').searchParams.get('key') ?? undefined
    return () => socketCaller(deps, request, key)
  }
}

function keepAlive(client: WebSocket): void {
  let alive = true
  const timer = setInterval(() => {
    if (!alive) return client.terminate()
    alive = false
    client.ping()
  }, beat)
  timer.unref()
  client.on('pong', () => {
    alive = true
  })
  client.on('close', () => clearInterval(timer))
}

/** A text message as JSON; undefined where it is none. */
export function readMessage(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Whatever is no JSON is no message either; the answer says what is one.
    return undefined
  }
}
