import { createHash } from 'node:crypto'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfig } from '@hearth/config'
import { AppError } from '@hearth/contract'

/** A Python with the packages of one requirements file. */
export interface EnvironmentView {
  name: string
  /** `outdated`: it was made of another list of packages than this version of Hearth wants. */
  state: 'ready' | 'outdated' | 'missing'
  /** Named after the list's digest: another list is another folder, and one that is there is whole. */
  dir: string
  python: string
  requirements: string
}

/** Where the programs in Python lie. */
export const sidecarFolder = (): string => join(loadConfig().repo, 'apps/sidecar')
/** Where environments are made. */
export const environmentsFolder = (): string => join(loadConfig().roots.state, 'python')

/** Names of all environments that Hearth can make. */
export async function environmentNames(): Promise<string[]> {
  const files = await readdir(join(sidecarFolder(), 'requirements'))
  return files
    .filter(file => file.endsWith('.txt'))
    .map(file => file.slice(0, -'.txt'.length))
    .sort()
}

/** @throws AppError `not-found` where Hearth knows no environment of that name. */
export async function findEnvironment(name: string): Promise<EnvironmentView> {
  const names = await environmentNames()
  if (!names.includes(name)) {
    throw new AppError('not-found', `there is no environment ${name}`, { hint: `There are: ${names.join(', ')}.` })
  }
  const requirements = join(sidecarFolder(), 'requirements', `${name}.txt`)
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12)
  const dir = join(environmentsFolder(), `${name}-${digest}`)
  const python = join(dir, 'bin/python')
  const others = await olderThan(name, dir)
  const ready = await isThere(python)
  return { name, state: ready ? 'ready' : others.length > 0 ? 'outdated' : 'missing', dir, python, requirements }
}

/** Path of the interpreter. @throws AppError `unavailable` whose hint is the command that makes the environment. */
export async function usablePython(name: string): Promise<string> {
  const { state, python } = await findEnvironment(name)
  if (state === 'ready') return python
  const what = state === 'missing' ? 'is not installed' : 'is of another version'
  throw new AppError('unavailable', `the Python environment for ${name} ${what}`, {
    hint: `Run \`hearth setup ${name}\`.`,
    retryable: false,
  })
}

/** Folders of the same environment that were made of other lists. */
export async function olderThan(name: string, dir: string): Promise<string[]> {
  const folder = environmentsFolder()
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const own = new RegExp(`^${name}-[0-9a-f]{12}$`)
  return there
    .filter(entry => own.test(entry))
    .map(entry => join(folder, entry))
    .filter(path => path !== dir)
}

/** Follows the link: an interpreter that the system has since taken away is not there. */
function isThere(python: string): Promise<boolean> {
  return access(python).then(
    () => true,
    () => false,
  )
}
