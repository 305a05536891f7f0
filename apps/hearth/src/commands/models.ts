import { loadConfig } from '@hearth/config'
import { AppError, type ModelView } from '@hearth/contract'
import { humanBytes, type Models } from '@hearth/models'
import type { Command, Given } from '../command.ts'
import { localModels } from '../local-models.ts'

export const models: Command = {
  name: 'models',
  summary: 'Lists models, installed and to be had; verifies or removes one.',
  usage: ['models', 'models verify ID', 'models remove ID'],
  options: {
    installed: { type: 'boolean', description: 'Only what is on this machine.' },
    json: { type: 'boolean', description: 'List as JSON.' },
  },
  async run(given) {
    const [verb = 'list', id] = given.positionals
    const work = verbs[verb]
    if (!work) throw new AppError('invalid-input', `Models can be listed, verified or removed, not "${verb}".`)
    return work(localModels(loadConfig()), id, given)
  },
}

const verbs: Record<string, (local: Models, id: string | undefined, given: Given) => Promise<number>> = {
  async list(local, _id, given) {
    const all = await local.list()
    const shown = given.flag('installed') ? all.filter(model => model.state === 'installed') : all
    if (given.flag('json')) console.log(JSON.stringify(shown, null, 2))
    else for (const model of shown) console.log(line(model))
    return 0
  },
  async verify(local, id) {
    const { ok, problems } = await local.verify(named(id))
    for (const problem of problems) console.log(problem)
    console.log(ok ? `${id} is as it should be.` : `${id} is damaged: remove it and pull it again.`)
    return ok ? 0 : 1
  },
  async remove(local, id) {
    await local.remove(named(id))
    console.log(`Removed ${id}.`)
    return 0
  },
}

function named(id: string | undefined): string {
  if (id !== undefined) return id
  throw new AppError('invalid-input', 'Name the model.', { hint: '`hearth models` lists them.' })
}

function line(model: ModelView): string {
  const size = model.origin === 'builtin' ? '-' : humanBytes(model.bytes)
  const marks = [model.starter ? 'starter' : '', model.licence.id, model.reason ?? ''].filter(Boolean).join(', ')
  return `${model.state.padEnd(10)} ${model.id.padEnd(28)} ${size.padStart(9)}  ${model.title} (${marks})`
}
