import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppError } from '@hearth/contract'
import type { Chunk } from '@hearth/language/chat/spec'
import { getRequestListener } from '@hono/node-server'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'
import { createApp } from '../app.ts'
import { callerOfKey } from '../auth/caller.ts'
import type { LiveRun } from '../live-lane/live-lane.ts'
import { closeServer, listen } from '../server.ts'
import type { Dialect } from './dialect.ts'

/** What the model does with the next run: the pieces that it sends, then its output or the way in which it dies. */
export interface Script<C = Chunk> {
  chunks?: readonly C[]
  /** Of a promise, when it resolves, unless the run is given up before. */
  output: unknown
}

/** A dialect on real servers whose model `scripted`, the default of every task, says what the test wants it to. */
export interface ScriptedChat<C = Chunk> {
  url: string
  key: string
  api: ApiUnderTest
  /** What the model was asked last. */
  asked(): LiveRun
  next(script: Script<C>): void
  stop(): Promise<void>
}

/**
 * Of chats, or of another task whose pieces are `C`.
 * @param door whether the dialect is asked as at a door, where nobody sends a key.
 */
export async function startScriptedChat<C = Chunk>(dialect: Dialect, { door = false } = {}): Promise<ScriptedChat<C>> {
  const api = await startApi()
  const { deps } = api
  let script: Script<C> | undefined
  let asked: LiveRun | undefined
  const [some] = await deps.models.installed()
  if (!some) throw new Error('no model is installed at all')
  const scripted = { ...some, id: 'scripted' }
  const models: typeof deps.models = {
    ...deps.models,
    resolve: async (task, name) =>
      name === undefined || name === 'scripted' ? scripted : deps.models.resolve(task, name),
  }
  const live = {
    ...deps.live,
    async run(run: LiveRun) {
      await models.resolve(run.task, run.model)
      asked = run
      const { chunks = [], output: coming } = script ?? { output: new AppError('internal', 'there is no script') }
      for (const chunk of chunks) run.chunk?.(chunk)
      const output = await Promise.race([coming, givenUp(run.signal)])
      if (output instanceof Error) throw output
      return { output, files: [], model: 'scripted', timings: { engine_ms: 40, total_ms: 50 } }
    },
  }
  const app = createApp({ ...deps, live, models }, { only: dialect })
  const admit = door ? { admit: () => callerOfKey(deps, api.key) } : {}
  const server = createServer(getRequestListener((request, env) => app.fetch(request, { ...env, ...admit })))
  await listen(server, '127.0.0.1', 0)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: api.key,
    api,
    asked() {
      if (asked) return asked
      throw new Error('nothing was asked')
    },
    next(given) {
      script = given
    },
    async stop() {
      await closeServer(server)
      await api.stop()
    },
  }
}

function givenUp(signal: AbortSignal): Promise<AppError> {
  const { promise, resolve } = Promise.withResolvers<AppError>()
  signal.addEventListener('abort', () => resolve(new AppError('cancelled', 'the run was given up')), { once: true })
  return promise
}

export const noUsage = { prompt_tokens: 0, completion_tokens: 0, cached_tokens: 0, reasoning_tokens: 0 }
