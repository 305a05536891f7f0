import type { Socket } from 'node:net'
import type { JobRow } from '@hearth/store'
import type { Hono } from 'hono'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import type { Env } from '../http/env.ts'
import type { ErrorAnswer } from '../http/errors.ts'
import type { PlainSocket } from '../live/plain-socket.ts'

/** Somebody's wire format over HTTP, translated to tasks. One folder each; `scripts/generate.ts` lists them. */
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
  /** What the webhook of an order is told of its job when that has ended. */
  told?(row: JobRow): unknown
}

/** Somebody's wire format over plain TCP. It is spoken at doors alone. */
export interface WireDialect {
  /** Equal to the folder's name. */
  id: string
  title: string
  /**
   * Speaks with one client until it leaves; whatever goes wrong ends the connection.
   * @param admit who the client is, asked anew for each thing it wants. @throws AppError of a door that lost its key.
   */
  converse(socket: Socket, deps: ApiDeps, admit: () => Promise<Caller>): Promise<void>
}

export function isWire(dialect: Dialect | WireDialect): dialect is WireDialect {
  return 'converse' in dialect
}

export function isHttp(dialect: Dialect | WireDialect): dialect is Dialect {
  return !isWire(dialect)
}
