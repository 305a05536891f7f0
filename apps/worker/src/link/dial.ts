import { once } from 'node:events'
import { hostname } from 'node:os'
import { AppError, liveLinkPath, liveWorkerHeader } from '@hearth/contract'
import type { apiNodes } from '@hearth/store'
import { WebSocket } from 'ws'

/** Milliseconds that one address has to answer. */
const patience = 3_000
/** Bytes of the largest message: pictures of one request. */
const maxPayload = 2 ** 29

/**
 * Connects to an api process by the first of its addresses that answers, and proves to be a worker of its database.
 * @throws AppError `unavailable` with what each address said.
 */
export async function dial(node: apiNodes.ApiNode, worker: string, signal: AbortSignal): Promise<WebSocket> {
  const reasons: string[] = []
  for (const address of node.addresses.filter(address => isReachable(node, address))) {
    signal.throwIfAborted()
    const socket = connect(node, address, worker)
    const hangUp = () => socket.terminate()
    signal.addEventListener('abort', hangUp)
    try {
      await once(socket, 'open')
      return socket
    } catch (error) {
      reasons.push(`${address}: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      signal.removeEventListener('abort', hangUp)
    }
  }
  throw new AppError('unavailable', `the api on ${node.host} cannot be reached: ${reasons.join('; ') || 'no address'}`)
}

function connect(node: apiNodes.ApiNode, address: string, worker: string): WebSocket {
  const socket = new WebSocket(`${address}${liveLinkPath}`, {
    headers: { authorization: `Bearer ${node.token}`, [liveWorkerHeader]: worker },
    handshakeTimeout: patience,
    maxPayload,
    perMessageDeflate: false,
    // Its own certificate and no other, whatever name it was made for: the token goes to nobody else.
    ...(node.certificate === null
      ? {}
      : { ca: node.certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined }),
  })
  // After the handshake an error is followed by `close`, which is listened for.
  socket.on('error', () => undefined)
  return socket
}

/** Loopback leads to the other process on its own machine alone. */
function isReachable(node: apiNodes.ApiNode, address: string): boolean {
  return node.host === hostname() || !/^wss?:\/\/(127\.|\[::1\])/.test(address)
}
