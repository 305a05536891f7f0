import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import type { Items } from './items.ts'
import type { Tell } from './news.ts'
import type { Meant, Session } from './session.ts'

/** What the parts of a conversation share. */
export interface Talk {
  readonly deps: ApiDeps
  readonly caller: Caller
  readonly items: Items
  session(): Session
  readonly tell: Tell
  readonly meant: Meant
  /** Resolves when every turn so far is written down. Never rejects: what could not be heard was told. */
  heard(): Promise<void>
}
