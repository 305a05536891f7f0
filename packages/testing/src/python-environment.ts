import { mkdir, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeEnvironment } from '@hearth/sidecar'

const repo = resolve(fileURLToPath(import.meta.url), '../../../..')
const data = join(repo, 'node_modules/.cache/hearth-python-environments')

/**
 * Makes one of Hearth's own Python environments, once for all tests of this checkout, and lets this process find it.
 * @returns the reason why there is none on this machine; tests skip with it.
 */
export async function pythonEnvironment(name: string): Promise<string | undefined> {
  process.env.HEARTH_DATA = data
  try {
    await makeEnvironment(name)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Lets an instance with this data folder find the environments that tests have made. */
export async function placePython(folder: string): Promise<void> {
  await mkdir(join(folder, '.hearth'), { recursive: true })
  await symlink(join(data, '.hearth/python'), join(folder, '.hearth/python'))
}
