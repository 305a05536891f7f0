import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Caller } from '../auth/caller.ts'

/** What travels with a request. */
export interface Env {
  Bindings: Partial<HttpBindings> & {
    /** Set where a request came in by a door: who it is there, whatever it presents. */
    admit?: () => Promise<Caller>
  }
  Variables: {
    requestId: string
    /** Fields of the one line that is logged for this request. */
    wide: Record<string, unknown>
    caller?: Caller
  }
}

export type ApiContext = Context<Env>

/** Address of the other side; behind a trusted proxy, the one that the proxy saw. */
export function remoteAddress(c: ApiContext, trustProxy: boolean): string {
  const forwarded = trustProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined
  return forwarded || c.env?.incoming?.socket.remoteAddress || 'local'
}
