import { createInterface } from 'node:readline/promises'
import { type Config, loadConfig } from '@hearth/config'
import { AppError, type ModelView } from '@hearth/contract'
import { humanBytes } from '@hearth/models'
import { families } from '@hearth/registry/families'
import { findEnvironment } from '@hearth/sidecar'
import { createClient } from '../client/api.ts'
import { followJob } from '../client/follow.ts'
import type { Command } from '../command.ts'
import { localModels } from '../local-models.ts'
import { readRunFile } from '../supervisor/run-file.ts'
import { progressBar } from '../terminal/progress-bar.ts'

/** Stands for all models of the starter pack, the one of this name among them. */
const pack = 'starter'

export const pull: Command = {
  name: 'pull',
  summary: 'Gets a model of the catalogue. Ctrl-C stops it; the next pull goes on where it was.',
  usage: ['pull ID [--yes]', `pull ${pack}`],
  notes: [`\`${pack}\` gets all that belongs to the starter pack and is not there yet.`],
  options: { yes: { type: 'boolean', description: 'Accept the licence without being asked.' } },
  async run(given) {
    const [id] = given.positionals
    if (id === undefined)
      throw new AppError('invalid-input', 'Name the model.', { hint: '`hearth models` lists them.' })
    const config = loadConfig()
    const interrupted = new AbortController()
    process.once('SIGINT', () => interrupted.abort())
    const source = await sourceOf(config, interrupted.signal)
    const ids = id === pack ? await missingStarters(source) : [id]
    if (ids.length === 0) console.log('The starter pack is installed.')
    for (const wanted of ids) {
      const model = await source.get(wanted)
      const code = await source.pull(wanted, await licence(model, given.flag('yes')))
      if (code !== 0) return code
      await sayWhatIsMissing(model)
    }
    return 0
  },
}

/** What pulls: the server that runs on this data, or this process. */
interface Source {
  list(): Promise<ModelView[]>
  get(id: string): Promise<ModelView>
  /** @returns the exit code. */
  pull(id: string, acceptLicence: boolean): Promise<number>
}

async function sourceOf(config: Config, signal: AbortSignal): Promise<Source> {
  const remote = config.url !== undefined || (await readRunFile(config.roots.state)) !== undefined
  return remote ? serverSource(config, signal) : ownSource(config, signal)
}

async function serverSource(config: Config, signal: AbortSignal): Promise<Source> {
  const client = await createClient(config)
  return {
    list: () => client.models(),
    get: id => client.model(id),
    async pull(id, acceptLicence) {
      const job = await client.pull(id, acceptLicence)
      const { code, lines } = await followJob({ client, config, job, signal })
      console.log(code === 0 ? `${id} is installed.` : lines.join('\n'))
      return code
    },
  }
}

function ownSource(config: Config, signal: AbortSignal): Source {
  const local = localModels(config)
  return {
    list: () => local.list(),
    get: id => local.get(id),
    async pull(id, acceptLicence) {
      const bar = progressBar()
      try {
        const progress = (done: number, total: number) => bar.show(id, { done, total })
        const { bytes } = await local.pull(id, { acceptLicence, signal, progress })
        bar.end()
        console.log(`${id} is installed (${humanBytes(bytes)}).`)
        return 0
      } catch (error) {
        bar.end()
        if (signal.aborted) return 130
        throw error
      }
    },
  }
}

async function missingStarters(source: Source): Promise<string[]> {
  return (await source.list()).filter(({ starter, state }) => starter && state !== 'installed').map(({ id }) => id)
}

/** Some models run in Python. The environments are those of this machine, where the worker usually is as well. */
async function sayWhatIsMissing(model: ModelView): Promise<void> {
  const name = families.find(({ id }) => id === model.family)?.environment
  if (name === undefined || (await findEnvironment(name)).state === 'ready') return
  console.log(`${model.id} runs in Python: hearth setup ${name}`)
}

/** Shows the licence and asks where it must be accepted. @throws AppError forbidden if it is not. */
async function licence(model: ModelView, yes: boolean): Promise<boolean> {
  const { id, url, must_accept: mustAccept } = model.licence
  console.error(`${model.title}, ${humanBytes(model.bytes)}. Licence: ${id}${url ? ` (${url})` : ''}`)
  if (!mustAccept || yes) return yes
  if (!process.stdin.isTTY) {
    throw new AppError('forbidden', 'The licence must be accepted.', { hint: `hearth pull ${model.id} --yes` })
  }
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  try {
    if (/^y(es)?$/i.test((await ask.question('Accept it? [y/N] ')).trim())) return true
  } finally {
    ask.close()
  }
  throw new AppError('forbidden', 'The licence was not accepted; nothing was downloaded.')
}
