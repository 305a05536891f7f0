import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const repo = resolve(fileURLToPath(import.meta.url), '../../../..')

/** Path of an interpreter, or the reason why there is none that has what is needed. */
export type Python = { python: string; missing?: undefined } | { python?: undefined; missing: string }

/**
 * A Python with these packages (`name==version`), in an environment of its own that is made once and kept. Tests that
 * get a reason instead skip with it.
 */
export async function pythonWith(...requirements: string[]): Promise<Python> {
  const name = createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 12)
  const dir = join(repo, 'node_modules/.cache/hearth-python', name)
  const python = join(dir, 'bin/python')
  const ready = join(dir, 'ready')
  if ((await readFile(ready, 'utf8').catch(() => '')) === requirements.join('\n')) return { python }
  try {
    await rm(dir, { recursive: true, force: true })
    await mkdir(dir, { recursive: true })
    await run('python3', ['-m', 'venv', dir])
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements])
    await writeFile(ready, requirements.join('\n'))
    return { python }
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error))
    return { missing: `no Python with ${requirements.join(', ')}: ${message.trim().split('\n').at(-1)}` }
  }
}
