import { loadConfig } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { keys, type Store, settings } from '@hearth/store'
import { z } from 'zod'
import type { Command, Given } from '../command.ts'
import { withStore } from '../local-store.ts'

const settingName = 'doors'
const door_ = z.object({ dialect: z.string(), port: z.int().min(1).max(65535), key: z.string() })
const doors = z.array(door_)
type Door = z.infer<typeof door_>

export const door: Command = {
  name: 'door',
  summary: 'Opens a loopback port that speaks one dialect with one key, for programs that cannot send a key.',
  usage: ['door open DIALECT --port 7860 --key NAME', 'door list', 'door close --port 7860'],
  notes: ['Whoever can reach that port on this machine has the rights of that key. A running Hearth notices at once.'],
  options: {
    port: { type: 'string', value: 'PORT', description: 'On 127.0.0.1.' },
    key: { type: 'string', value: 'NAME', description: 'Name or id of the key whose rights it has.' },
  },
  async run(given) {
    const [verb, dialect] = given.positionals
    const work = verb === undefined ? undefined : verbs[verb]
    if (!work) throw new AppError('invalid-input', 'Say open, list or close.', { hint: 'hearth door --help' })
    await withStore(loadConfig(), `door ${verb}`, store => work(store, dialect, given))
    return 0
  },
}

const verbs: Record<string, (store: Store, dialect: string | undefined, given: Given) => Promise<void>> = {
  async open(store, dialect, given) {
    const name = given.text('key')
    if (!dialect || !name)
      throw new AppError('invalid-input', 'Name the dialect and the key.', { hint: 'hearth door --help' })
    const found = (await keys.list(store)).find(row => !row.revokedAt && (row.name === name || row.id === name))
    if (!found) throw new AppError('not-found', `There is no key "${name}".`, { hint: `hearth key create ${name}` })
    const opened: Door = { dialect, port: portOf(given), key: found.id }
    const others = (await read(store)).filter(({ port }) => port !== opened.port)
    await settings.set(store, settingName, [...others, opened])
    console.log(`http://127.0.0.1:${opened.port} speaks ${dialect} with the rights of "${found.name}".`)
  },
  async list(store) {
    for (const { dialect, port, key } of await read(store)) console.log(`127.0.0.1:${port}  ${dialect}  key ${key}`)
  },
  async close(store, _dialect, given) {
    const port = portOf(given)
    const all = await read(store)
    const left = all.filter(entry => entry.port !== port)
    if (left.length === all.length) throw new AppError('not-found', `No door is open on port ${port}.`)
    await settings.set(store, settingName, left)
    console.log(`Closed the door on port ${port}.`)
  },
}

async function read(store: Store): Promise<Door[]> {
  return doors.parse((await settings.get(store, settingName)) ?? [])
}

function portOf(given: Given): number {
  const port = Number(given.text('port'))
  if (Number.isInteger(port) && port > 0 && port < 65536) return port
  throw new AppError('invalid-input', 'Give the port as --port 7860.')
}
