import { AppError } from '@hearth/contract'
import { type EnvironmentView, environmentNames, findEnvironment, makeEnvironment } from '@hearth/sidecar'
import type { Command } from '../command.ts'

const says: Record<EnvironmentView['state'], (name: string) => string> = {
  ready: () => 'ready',
  outdated: name => `of another version -> hearth setup ${name}`,
  missing: name => `not installed -> hearth setup ${name}`,
}

export const setup: Command = {
  name: 'setup',
  summary: 'Makes an environment for models that run in Python, or lists which there are.',
  usage: ['setup', 'setup NAME'],
  notes: ['Packages come from PyPI or what pip is configured for; HEARTH_PYPI_INDEX takes another index.'],
  options: {},
  async run(given) {
    const [name] = given.positionals
    if (given.positionals.length > 1) {
      throw new AppError('invalid-input', 'Name one environment.', { hint: 'hearth setup --help' })
    }
    if (name === undefined) await list()
    else await make(name)
    return 0
  },
}

async function list(): Promise<void> {
  for (const name of await environmentNames()) {
    const { state } = await findEnvironment(name)
    console.log(`${name.padEnd(12)}${says[state](name)}`)
  }
}

async function make(name: string): Promise<void> {
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  const { dir } = await makeEnvironment(name, {
    signal: interrupted.signal,
    onLine: line => console.error(line),
  })
  console.log(`${name} is ready: ${dir}`)
}
