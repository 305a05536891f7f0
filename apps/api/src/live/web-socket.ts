import { toAppError } from '@hearth/contract'
import type { WebSocket } from 'ws'
import type { ApiDeps } from '../deps.ts'
import { createPlainSocket, type PlainSocket, readMessage } from './plain-socket.ts'
import { createWatch } from './watch.ts'
import { obeyWatch } from './watch-message.ts'

/** Bytes that may wait for a slow reader: previews are left out above the first, the reader dropped above the second. */
const slow = 256 * 1024
const tooSlow = 8 * 2 ** 20

/** `/ws/jobs`: plain WebSocket. The client sends what `obeyWatch` takes and hears `{"type": "event", "event"}`. */
export function createJobsSocket(deps: ApiDeps): PlainSocket {
  return createPlainSocket(deps, {
    maxPayload: 64 * 1024,
    serve: (client, caller) => serve(deps, caller.owner, client),
    tell,
  })
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
  let last: Promise<void> = Promise.resolve()
  client.on('message', (data, binary) => {
    last = last
      .then(() => obeyWatch(deps, owner, watch, binary ? undefined : readMessage(String(data))))
      .catch(error => tell(client, error))
  })
  client.on('close', () => watch.close())
  client.send(JSON.stringify({ type: 'ready' }))
}

function tell(client: WebSocket, error: unknown): void {
  if (client.readyState === client.OPEN)
    client.send(JSON.stringify({ type: 'error', error: toAppError(error).report() }))
}
