import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, loadConfig } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { type EnvironmentView, environmentsFolder, findEnvironment, olderThan } from './environment.ts'
import { findInterpreter } from './interpreter.ts'
import { runPython } from './run-python.ts'

interface MakeOptions {
  /** Told what is being done, a line each. */
  onLine?(line: string): void
  signal?: AbortSignal
}

/**
 * Makes an environment, if it is not there: in a folder of another name that gets its own by one rename, so that what
 * is there is whole. Only ready-made packages are taken: nothing of theirs runs while they are installed.
 * @throws AppError `unavailable` with cause and remedy.
 */
export async function makeEnvironment(name: string, options: MakeOptions = {}): Promise<EnvironmentView> {
  const wanted = await findEnvironment(name)
  if (wanted.state === 'ready') return wanted
  const folder = environmentsFolder()
  await mkdir(folder, { recursive: true })
  const work = await mkdtemp(join(folder, `.${name}-`))
  try {
    await install(work, wanted.requirements, loadConfig(), options)
    await takePlace(work, wanted.dir)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  for (const old of await olderThan(name, wanted.dir)) await rm(old, { recursive: true, force: true })
  return findEnvironment(name)
}

async function install(
  work: string,
  requirements: string,
  { pypiIndex }: Pick<Config, 'pypiIndex'>,
  { onLine, signal }: MakeOptions,
): Promise<void> {
  const interpreter = await findInterpreter()
  const environment: Record<string, string> = pypiIndex === undefined ? {} : { PIP_INDEX_URL: pypiIndex }
  const run = (python: string, args: string[], hint: string) =>
    runPython(python, args, { hint, environment, ...(onLine ? { onLine } : {}), ...(signal ? { signal } : {}) })
  onLine?.(`Making an environment with ${interpreter}`)
  await run(interpreter, ['-m', 'venv', work], 'Install its module venv (apt install python3-venv) and try again.')
  // Programs in bin/ carry the folder's first name and break with the rename; `python -m` does not.
  await run(
    join(work, 'bin/python'),
    ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--only-binary=:all:', '-r', requirements],
    'Check the network and the disk; HEARTH_PYPI_INDEX takes a mirror of PyPI.',
  )
}

/** Whoever else made the same one meanwhile has made the same thing; what is broken there gives way. */
async function takePlace(work: string, dir: string): Promise<void> {
  const name = dir.split('/').at(-1) ?? ''
  await rename(work, dir)
    .catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
      const found = await findEnvironment(name.slice(0, name.lastIndexOf('-')))
      if (found.state === 'ready') return
      await rm(dir, { recursive: true, force: true })
      await rename(work, dir)
    })
    .catch((cause: Error) => {
      throw new AppError('unavailable', `the environment cannot be put at ${dir}: ${cause.message}`, { cause })
    })
}
