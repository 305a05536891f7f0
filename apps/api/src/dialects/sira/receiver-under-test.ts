import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeServer, listen } from '../../server.ts'

export interface Knock {
  headers: Record<string, string>
  body: string
}

/** A program that is told when orders have ended. */
export interface Receiver {
  url: string
  knocks: Knock[]
  /** What it answers from now on. */
  answer(status: number): void
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const knocks: Knock[] = []
  let status = 204
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      knocks.push({ headers, body: Buffer.concat(pieces).toString() })
      response.writeHead(status).end()
    })
  })
  await listen(server, '127.0.0.1', 0)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`,
    knocks,
    answer(given) {
      status = given
    },
    close: () => closeServer(server),
  }
}
