import { toAppError } from '@hearth/contract'
import { type WebSocket, WebSocketServer } from 'ws'
import { isWelcome, socketCaller } from '../auth/socket-caller.ts'
import type { ApiDeps } from '../deps.ts'
import { refuseUpgrade, type UpgradeHandler } from './upgrade.ts'
import { createWatch } from './watch.ts'
import { obeyWatch } from './watch-message.ts'

/** Bytes that may wait for a slow reader: previews are left out above the first, the reader dropped above the second. */
const slow = 256 * 1024
const tooSlow = 8 * 2 ** 20
const beat = 30_000

/** `/ws/jobs`: plain WebSocket. The client sends what `obeyWatch` takes and hears `{"type": "event", "event"}`. */
export function createJobsSocket(deps: ApiDeps): { upgrade: UpgradeHandler; close(): void } {
  const server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024, perMessageDeflate: false })
  return {
    upgrade(request, socket, head) {
      if (!isWelcome(deps, request)) return refuseUpgrade(socket, '403 Forbidden')
      server.handleUpgrade(request, socket, head, client => {
        // Slow questions come after the handshake; what the client says meanwhile waits in the socket.
        client.pause()
        const key = new URL(request.url ?? '', 'http://socket').searchParams.get('key') ?? undefined
        socketCaller(deps, request, key).then(
          caller => {
            serve(deps, caller.owner, client)
            client.resume()
          },
          error => {
            tell(client, error)
            client.close(4401, 'unauthenticated')
            client.resume()
          },
        )
      })
    },
    close() {
      for (const client of server.clients) client.close(1001, 'the server stops')
      server.close()
    },
  }
}

function serve(deps: ApiDeps, owner: string, client: WebSocket): void {
  const watch = createWatch({
    hub: deps.hub,
    store: deps.store,
    owner,
    send(event) {
      if (client.bufferedAmount > tooSlow) client.terminate()
      else if (client.bufferedAmount < slow || event.type !== 'preview')
        client.send(JSON.stringify({ type: 'event', event }))
    },
    onFault: error => deps.log.warn({ error }, 'a socket missed events'),
  })
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
  let last: Promise<void> = Promise.resolve()
  client.on('message', (data, binary) => {
    last = last
      .then(() => obeyWatch(deps, owner, watch, binary ? undefined : read(String(data))))
      .catch(error => tell(client, error))
  })
  client.on('error', error => deps.log.debug({ error }, 'a socket broke'))
  client.on('close', () => {
    clearInterval(timer)
    watch.close()
  })
  client.send(JSON.stringify({ type: 'ready' }))
}

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Whatever is no JSON is no message either; the answer says what is one.
    return undefined
  }
}

function tell(client: WebSocket, error: unknown): void {
  if (client.readyState === client.OPEN)
    client.send(JSON.stringify({ type: 'error', error: toAppError(error).report() }))
}
