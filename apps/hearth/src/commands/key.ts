import { loadConfig } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { keys, owners, type Scope, type Store, scopes } from '@hearth/store'
import type { Command, Given } from '../command.ts'
import { withStore } from '../local-store.ts'

export const key: Command = {
  name: 'key',
  summary: 'Makes, lists and revokes keys. Works whether Hearth runs or not.',
  usage: ['key create NAME [--owner NAME] [--scopes tasks,models] [--rate-generate N]', 'key list', 'key revoke ID'],
  notes: ['`key create` prints the key alone on stdout. It is shown this once; only its digest is kept.'],
  options: {
    owner: {
      type: 'string',
      value: 'NAME',
      description:
        'Whose key it is: jobs, files and people of owners are apart. Made if new. Default: the first owner.',
    },
    scopes: { type: 'string', value: 'LIST', description: `Out of ${scopes.join(', ')}. Default: tasks.` },
    'rate-generate': {
      type: 'string',
      value: 'N',
      description: 'Requests a minute that start work. Default: the setting.',
    },
    'rate-status': { type: 'string', value: 'N', description: 'Other requests a minute. Default: the setting.' },
    json: { type: 'boolean', description: 'List as JSON.' },
  },
  async run(given) {
    const [verb, name] = given.positionals
    const work = verb === undefined ? undefined : verbs[verb]
    if (!work) throw new AppError('invalid-input', 'Say create, list or revoke.', { hint: 'hearth key --help' })
    await withStore(loadConfig(), `key ${verb}`, store => work(store, name, given))
    return 0
  },
}

const verbs: Record<string, (store: Store, name: string | undefined, given: Given) => Promise<void>> = {
  async create(store, name, given) {
    if (!name) throw new AppError('invalid-input', 'Give the key a name.', { hint: 'hearth key create NAME' })
    // The first owner is the installation's, so that nobody else becomes it by being made first.
    const first = await owners.first(store, { name: 'Owner' })
    const ownerName = given.text('owner')
    const owner = ownerName === undefined ? first : await owners.named(store, { name: ownerName })
    const { secret } = await keys.create(store, {
      owner: owner.id,
      name,
      scopes: readScopes(given.text('scopes')),
      ...limit('rateGenerate', given.text('rate-generate')),
      ...limit('rateStatus', given.text('rate-status')),
    })
    console.log(secret)
  },
  async list(store, _name, given) {
    const rows = await keys.list(store)
    if (given.flag('json')) {
      console.log(JSON.stringify(rows, null, 2))
      return
    }
    for (const row of rows) {
      const state = row.revokedAt ? 'revoked' : `last used ${row.lastUsedAt?.toISOString() ?? 'never'}`
      console.log(`${row.id}  ${row.prefix}...  ${row.scopes.join(',').padEnd(18)}  ${row.name} (${state})`)
    }
  },
  async revoke(store, id) {
    if (!id) throw new AppError('invalid-input', 'Name the key.', { hint: '`hearth key list` shows the ids.' })
    const row = await keys.revoke(store, { id })
    console.log(`Revoked ${row.name}.`)
  },
}

function limit(name: 'rateGenerate' | 'rateStatus', text: string | undefined): { [key in typeof name]?: number } {
  if (text === undefined) return {}
  const rate = Number(text)
  if (Number.isInteger(rate) && rate > 0) return { [name]: rate }
  throw new AppError('invalid-input', `"${text}" is no number of requests a minute.`, {
    hint: 'Give a whole number above 0.',
  })
}

function readScopes(text = 'tasks'): Scope[] {
  return text.split(',').map(word => {
    const scope = scopes.find(known => known === word.trim())
    if (scope) return scope
    throw new AppError('invalid-input', `There is no scope "${word}".`, { hint: `Scopes are ${scopes.join(', ')}.` })
  })
}
