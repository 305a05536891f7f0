import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** Hands each upgrade to the handler of its path; others get a 404 at once instead of a connection that hangs. */
export function dispatchUpgrades(server: Server, handlers: Readonly<Record<string, UpgradeHandler>>): void {
  server.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '').split('?')[0]?.replace(/\/+$/, '') ?? ''
    const handler = handlers[path]
    if (handler) handler(request, socket, head)
    else refuseUpgrade(socket, '404 Not Found')
  })
}

/** Ends an upgrade with a plain HTTP answer. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
