import type { Hono } from 'hono'
import type { ApiDeps } from '../deps.ts'
import type { Env } from '../http/env.ts'
import type { ErrorAnswer } from '../http/errors.ts'
import type { PlainSocket } from '../live/plain-socket.ts'

/** Somebody's wire format, translated to tasks. One folder each; `scripts/generate.ts` lists them. */
export interface Dialect {
  /** Equal to the folder's name. */
  id: string
  title: string
  /**
   * Whether a path, found or not, is this dialect's: then errors there are told in its words. Of two that say so, the
   * first by name has it.
   */
  owns(path: string): boolean
  /** Its paths belong to others on the main port: it is spoken at doors alone. */
  doorOnly?: boolean
  /** Adds the routes, with full paths. */
  mount(app: Hono<Env>, deps: ApiDeps): void
  error: ErrorAnswer
  /** Its plain WebSockets, by path. On the main port alone. */
  sockets?(deps: ApiDeps): Readonly<Record<string, PlainSocket>>
}
