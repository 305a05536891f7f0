import { randomBytes, timingSafeEqual } from 'node:crypto'
import { liveWorkerHeader } from '@hearth/contract'
import type { Logger } from '@hearth/log'
import { WebSocketServer } from 'ws'
import { refuseUpgrade, type UpgradeHandler } from '../live/upgrade.ts'
import { WorkerLink } from './worker-link.ts'

/** Bytes of the largest message: the output of one run. */
const maxPayload = 2 ** 29

/** The workers that have dialled this process. */
export interface WorkerLinks {
  /** What a worker has to present. */
  readonly token: string
  readonly upgrade: UpgradeHandler
  /** Those that can be asked now. */
  list(): readonly WorkerLink[]
  close(): void
}

export function createWorkerLinks(log: Logger): WorkerLinks {
  const token = randomBytes(32).toString('base64url')
  const expected = Buffer.from(`Bearer ${token}`)
  const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })
  const links = new Set<WorkerLink>()
  return {
    token,
    upgrade(request, socket, head) {
      const given = Buffer.from(request.headers.authorization ?? '')
      const worker = request.headers[liveWorkerHeader]
      // Workers are no pages.
      if (request.headers.origin !== undefined) return refuseUpgrade(socket, '403 Forbidden')
      if (given.length !== expected.length || !timingSafeEqual(given, expected) || typeof worker !== 'string') {
        return refuseUpgrade(socket, '401 Unauthorized')
      }
      server.handleUpgrade(request, socket, head, client => {
        const link = new WorkerLink(worker, client, () => {
          links.add(link)
          log.info({ worker }, 'a worker is linked')
        })
        client.on('error', error => log.warn({ worker, error }, 'the link to a worker broke'))
        client.on('close', () => {
          links.delete(link)
          log.info({ worker }, 'a worker is no longer linked')
        })
      })
    },
    list: () => [...links],
    close() {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}
