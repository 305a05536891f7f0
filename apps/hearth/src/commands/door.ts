import { loadConfig } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { type Client, createClient } from '../client/api.ts'
import type { Command, Given } from '../command.ts'

export const door: Command = {
  name: 'door',
  summary: 'Opens a loopback port that speaks one dialect with one key, for programs that cannot send a key.',
  usage: ['door open DIALECT --port 7860 --key NAME', 'door list', 'door close --port 7860'],
  notes: [
    'Whoever can reach that port on the machine of the server has the rights of that key. It stays open until closed.',
  ],
  options: {
    port: { type: 'string', value: 'PORT', description: 'On 127.0.0.1 of the server.' },
    key: { type: 'string', value: 'NAME', description: 'Name or id of the key whose rights it has.' },
  },
  async run(given) {
    const [verb, dialect] = given.positionals
    const work = verb === undefined ? undefined : verbs[verb]
    if (!work) throw new AppError('invalid-input', 'Say open, list or close.', { hint: 'hearth door --help' })
    return work(await createClient(loadConfig()), dialect, given)
  },
}

const verbs: Record<string, (client: Client, dialect: string | undefined, given: Given) => Promise<number>> = {
  async open(client, dialect, given) {
    const key = given.text('key')
    if (!dialect || !key)
      throw new AppError('invalid-input', 'Name the dialect and the key.', { hint: 'hearth door --help' })
    const opened = await client.openDoor({ dialect, port: portOf(given), key })
    if (!opened.open) {
      console.error(`It is noted, but not open: ${opened.reason ?? 'no reason is known'}`)
      return 1
    }
    console.log(`${opened.url} speaks ${dialect} with the rights of the key "${opened.key.name}".`)
    return 0
  },
  async list(client) {
    for (const { dialect, url, key, reason } of await client.doors()) {
      console.log(`${url}  ${dialect}  key "${key.name}"${reason === null ? '' : `  not open: ${reason}`}`)
    }
    return 0
  },
  async close(client, _dialect, given) {
    const port = portOf(given)
    await client.closeDoor(port)
    console.log(`Closed the door on port ${port}.`)
    return 0
  },
}

function portOf(given: Given): number {
  const port = Number(given.text('port'))
  if (Number.isInteger(port) && port > 0 && port < 65536) return port
  throw new AppError('invalid-input', 'Give the port as --port 7860.')
}
