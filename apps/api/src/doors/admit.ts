import { AppError } from '@hearth/contract'
import { keys, type Store } from '@hearth/store'
import { type Caller, callerOf } from '../auth/caller.ts'
import { isLoopback } from '../auth/own-host.ts'
import type { Door } from './door-keeper.ts'

/** Milliseconds for which a key is believed without looking again: so long may a revoked one still work. */
const trust = 2000

/**
 * Decides who a request at a door is. The other side sends no key, so that everything it could not have been made to
 * send by a web page counts: the name it asked for must be loopback's (a page's own name that was pointed here by DNS
 * is not), and a page that runs elsewhere is turned away by what its browser says of it. Where the dialect is not HTTP
 * there is no request, and a browser's first line is none of its words.
 */
export function createAdmission(store: Store, door: Door): (request?: Request) => Promise<Caller> {
  let known: { caller: Caller | undefined; until: number } | undefined
  async function caller(): Promise<Caller | undefined> {
    if (known && known.until > Date.now()) return known.caller
    const row = (await keys.list(store)).find(({ id, revokedAt }) => id === door.key && revokedAt === null)
    known = { caller: row && callerOf(row), until: Date.now() + trust }
    return known.caller
  }
  return async request => {
    if (request) requireLocal(request)
    const admitted = await caller()
    if (admitted) return admitted
    throw new AppError('unauthenticated', 'the key of this door was revoked', {
      hint: `Open it with another: hearth door open ${door.dialect} --port ${door.port} --key NAME`,
    })
  }
}

/** @throws AppError `forbidden`. */
export function requireLocal(request: Request): void {
  const host = request.headers.get('host')?.toLowerCase() ?? ''
  if (!isLoopback(host.replace(/:\d+$/, ''))) {
    throw new AppError('forbidden', 'this port answers only to the names of this machine itself', {
      hint: 'Use http://127.0.0.1 or http://localhost with its port.',
    })
  }
  const origin = request.headers.get('origin')
  const site = request.headers.get('sec-fetch-site')
  const foreign = origin !== null && URL.parse(origin)?.host !== host
  if (foreign || (site !== null && site !== 'same-origin' && site !== 'none')) {
    throw new AppError('forbidden', 'this port does not answer to web pages of other addresses', {
      hint: 'It is for programs on this machine. Pages use the studio or a key.',
    })
  }
}
