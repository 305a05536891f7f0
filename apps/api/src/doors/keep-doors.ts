import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createApp } from '../app.ts'
import type { ApiDeps } from '../deps.ts'
import { dialects } from '../dialects/dialects.generated.ts'
import { closeServer, listen } from '../server.ts'
import { createAdmission } from './admit.ts'
import type { Door, DoorKeeper } from './door-keeper.ts'
import { readDoors } from './stored-doors.ts'

/** Milliseconds between looks at the settings, which the command line changes behind our back. */
const turn = 2000
const host = '127.0.0.1'

/** Keeps the doors of this process. One that cannot be opened is tried again at every turn. */
export function createDoorKeeper(): DoorKeeper {
  const open = new Map<string, { door: Door; server: Server }>()
  const faults = new Map<number, string>()
  let deps: ApiDeps | undefined
  let timer: NodeJS.Timeout | undefined
  let work: Promise<void> = Promise.resolve()

  async function follow(deps: ApiDeps): Promise<void> {
    const wanted = new Map((await readDoors(deps.store)).map(door => [nameOf(door), door]))
    for (const [name, { door, server }] of open) {
      if (wanted.has(name)) continue
      open.delete(name)
      await closeServer(server)
      deps.log.info({ port: door.port, dialect: door.dialect }, 'a door was closed')
    }
    const ports = [...wanted.values()].map(({ port }) => port)
    for (const port of faults.keys()) if (!ports.includes(port)) faults.delete(port)
    for (const [name, door] of wanted) if (!open.has(name)) await tryToOpen(deps, name, door)
  }

  async function tryToOpen(deps: ApiDeps, name: string, door: Door): Promise<void> {
    try {
      open.set(name, { door, server: await openDoor(deps, door) })
      faults.delete(door.port)
      deps.log.info({ port: door.port, dialect: door.dialect }, 'a door was opened')
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      // Told once: it is tried again every few seconds.
      if (faults.get(door.port) !== reason) deps.log.warn({ port: door.port, error }, 'a door cannot be opened')
      faults.set(door.port, reason)
    }
  }

  /** One look at a time. */
  function refresh(): Promise<void> {
    const look = work.then(() => (deps ? follow(deps) : undefined))
    work = look.catch(error => deps?.log.warn({ error }, 'the doors could not be looked up'))
    return look
  }

  function later(): void {
    timer = setTimeout(() => void refresh().then(later, later), turn)
    timer.unref()
  }

  return {
    async start(given) {
      deps = given
      // What is wrong now is told in the log and tried again: it must not keep the rest from starting.
      await refresh().catch(() => undefined)
      later()
    },
    refresh,
    fault: port => {
      const isOpen = [...open.values()].some(({ door }) => door.port === port)
      return isOpen ? undefined : (faults.get(port) ?? 'it is about to be opened')
    },
    async close() {
      clearTimeout(timer)
      deps = undefined
      await work
      for (const { server } of open.values()) await closeServer(server)
      open.clear()
    },
  }
}

function nameOf({ dialect, port, key }: Door): string {
  return `${port} ${dialect} ${key}`
}

async function openDoor(deps: ApiDeps, door: Door): Promise<Server> {
  const dialect = dialects.find(({ id }) => id === door.dialect)
  if (!dialect) throw new Error(`there is no dialect ${door.dialect}`)
  const app = createApp(deps, { only: dialect })
  const admit = createAdmission(deps.store, door)
  const listener = getRequestListener((request, env) => app.fetch(request, { ...env, admit: () => admit(request) }))
  const server = createServer({ headersTimeout: 30_000, requestTimeout: 300_000, maxHeaderSize: 32 * 1024 }, listener)
  await listen(server, host, door.port)
  return server
}
