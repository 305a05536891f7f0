import type { Config } from '@hearth/config'
import { AppError, type Keeper } from '@hearth/contract'
import type { Logger } from '@hearth/log'
import type { Store } from '@hearth/store'

export interface KeeperDeps {
  store: Store
  config: Config
  log: Logger
}

/** What stands beside the models and is asked by them, by noun. Each is opened when it is first asked. */
export interface Keepers {
  answer(owner: string, noun: string, question: unknown): Promise<unknown>
  close(): Promise<void>
}

export function createKeepers(
  known: Readonly<Record<string, (deps: KeeperDeps) => Promise<Keeper>>>,
  deps: KeeperDeps,
): Keepers {
  const opened = new Map<string, Promise<Keeper>>()
  const keeperOf = (noun: string): Promise<Keeper> => {
    const open = known[noun]
    if (!open) throw new AppError('internal', `nobody keeps ${noun}`)
    const keeper = opened.get(noun) ?? open(deps)
    opened.set(noun, keeper)
    // What could not be opened is tried again by the next question.
    keeper.catch(() => opened.delete(noun))
    return keeper
  }
  return {
    answer: async (owner, noun, question) => (await keeperOf(noun)).answer(owner, question),
    async close() {
      for (const keeper of opened.values()) await (await keeper).close()
    },
  }
}
