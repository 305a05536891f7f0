import { createInterface } from 'node:readline/promises'
import { loadConfig } from '@hearth/config'
import { AppError, type ModelView } from '@hearth/contract'
import { humanBytes } from '@hearth/models'
import { createClient } from '../client/api.ts'
import { followJob } from '../client/follow.ts'
import type { Command } from '../command.ts'
import { localModels } from '../local-models.ts'
import { readRunFile } from '../supervisor/run-file.ts'
import { progressBar } from '../terminal/progress-bar.ts'

export const pull: Command = {
  name: 'pull',
  summary: 'Gets a model of the catalogue. Ctrl-C stops it; the next pull goes on where it was.',
  usage: ['pull ID [--yes]'],
  options: { yes: { type: 'boolean', description: 'Accept the licence without being asked.' } },
  async run(given) {
    const [id] = given.positionals
    if (id === undefined)
      throw new AppError('invalid-input', 'Name the model.', { hint: '`hearth models` lists them.' })
    const config = loadConfig()
    const interrupted = new AbortController()
    process.once('SIGINT', () => interrupted.abort())
    const remote = config.url !== undefined || (await readRunFile(config.roots.state)) !== undefined
    if (remote) {
      const client = await createClient(config)
      const accepted = await licence(await client.model(id), given.flag('yes'))
      const job = await client.pull(id, accepted)
      const { code, lines } = await followJob({ client, config, job, signal: interrupted.signal })
      console.log(code === 0 ? `${id} is installed.` : lines.join('\n'))
      return code
    }
    const local = localModels(config)
    const acceptLicence = await licence(await local.get(id), given.flag('yes'))
    const bar = progressBar()
    try {
      const { bytes } = await local.pull(id, {
        acceptLicence,
        signal: interrupted.signal,
        progress: (done, total) => bar.show(id, { done, total }),
      })
      bar.end()
      console.log(`${id} is installed (${humanBytes(bytes)}).`)
      return 0
    } catch (error) {
      bar.end()
      if (interrupted.signal.aborted) return 130
      throw error
    }
  },
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
