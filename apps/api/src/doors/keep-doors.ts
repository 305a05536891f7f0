import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createWireServer, type Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createApp } from '../app.ts'
import type { ApiDeps } from '../deps.ts'
import { type Dialect, isWire, type WireDialect } from '../dialects/dialect.ts'
import { dialects } from '../dialects/dialects.generated.ts'
import { closeServer, listen } from '../server.ts'
import { createAdmission } from './admit.ts'
import type { Door, DoorKeeper } from './door-keeper.ts'
import { readDoors } from './stored-doors.ts'

/** Milliseconds between looks at the settings, which the command line changes behind our back. */
const turn = 2000
const host = '127.0.0.1'
/** Milliseconds after which a connection that says nothing is closed. */
const longestSilence = 3_600_000
const mostConversations = 128

/** Keeps the doors of this process. One that cannot be opened is tried again at every turn. */
export function createDoorKeeper(): DoorKeeper {
  const open = new Map<string, { door: Door; close: () => Promise<void> }>()
  const faults = new Map<number, string>()
  let deps: ApiDeps | undefined
  let timer: NodeJS.Timeout | undefined
  let work: Promise<void> = Promise.resolve()

  async function follow(deps: ApiDeps): Promise<void> {
    const wanted = new Map((await readDoors(deps.store)).map(door => [nameOf(door), door]))
    for (const [name, { door, close }] of open) {
      if (wanted.has(name)) continue
      open.delete(name)
      await close()
      deps.log.info({ port: door.port, dialect: door.dialect }, 'a door was closed')
    }
    const ports = [...wanted.values()].map(({ port }) => port)
    for (const port of faults.keys()) if (!ports.includes(port)) faults.delete(port)
    for (const [name, door] of wanted) if (!open.has(name)) await tryToOpen(deps, name, door)
  }

  async function tryToOpen(deps: ApiDeps, name: string, door: Door): Promise<void> {
    try {
      open.set(name, { door, close: await openDoor(deps, door) })
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
      for (const { close } of open.values()) await close()
      open.clear()
    },
  }
}

function nameOf({ dialect, port, key }: Door): string {
  return `${port} ${dialect} ${key}`
}

/** @returns what closes it. */
async function openDoor(deps: ApiDeps, door: Door): Promise<() => Promise<void>> {
  const dialect = dialects.find(({ id }) => id === door.dialect)
  if (!dialect) throw new Error(`there is no dialect ${door.dialect}`)
  const admit = createAdmission(deps.store, door)
  return isWire(dialect) ? openWireDoor(deps, door, dialect, admit) : openHttpDoor(deps, door, dialect, admit)
}

type Admit = ReturnType<typeof createAdmission>

async function openHttpDoor(deps: ApiDeps, { port }: Door, dialect: Dialect, admit: Admit) {
  const app = createApp(deps, { only: dialect })
  const listener = getRequestListener((request, env) => app.fetch(request, { ...env, admit: () => admit(request) }))
  const server = createServer({ headersTimeout: 30_000, requestTimeout: 300_000, maxHeaderSize: 32 * 1024 }, listener)
  await listen(server, host, port)
  return () => closeServer(server)
}

async function openWireDoor(deps: ApiDeps, { port }: Door, dialect: WireDialect, admit: Admit) {
  const sockets = new Set<Socket>()
  const server = createWireServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', error => deps.log.debug({ error }, 'a connection at a door broke'))
    socket.setTimeout(longestSilence, () => socket.destroy())
    void dialect
      .converse(socket, deps, () => admit())
      .catch(error => deps.log.warn({ error, dialect: dialect.id }, 'a conversation at a door broke off'))
      .finally(() => socket.destroy())
  })
  server.maxConnections = mostConversations
  await listen(server, host, port)
  return async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
}
