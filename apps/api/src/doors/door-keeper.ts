import type { ApiDeps } from '../deps.ts'

/**
 * A port on loopback that speaks one dialect at root with one key's rights, for programs on this machine that cannot
 * send a key. Which ones there are stands in the store's settings.
 */
export interface Door {
  dialect: string
  port: number
  /** Id of the key. */
  key: string
}

/** Opens the ports that the settings name, in this process. */
export interface DoorKeeper {
  /** Opens what the settings name and follows their changes, until `close`. */
  start(deps: ApiDeps): Promise<void>
  /** Looks at the settings now, not only at the next turn. */
  refresh(): Promise<void>
  /** Why a door is not open here; undefined if it is. */
  fault(port: number): string | undefined
  close(): Promise<void>
}

/** Of processes that open none. */
export const noDoors: DoorKeeper = {
  start: async () => undefined,
  refresh: async () => undefined,
  fault: () => 'this process opens no doors',
  close: async () => undefined,
}
