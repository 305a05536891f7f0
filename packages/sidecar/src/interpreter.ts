import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { childEnvironment } from '@hearth/config'
import { AppError } from '@hearth/contract'

const run = promisify(execFile)

/** Names of interpreters, the system's own first. */
const names = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.14']
/** Second numbers of the versions that all listed packages are built for. */
const [oldest, newest] = [11, 14]

/** @throws AppError `unavailable` that says what was found instead. */
export async function findInterpreter(): Promise<string> {
  const found: string[] = []
  for (const name of names) {
    const version = await versionOf(name)
    if (version === undefined) continue
    const [major, minor = 0] = version.split('.').map(Number)
    if (major === 3 && minor >= oldest && minor <= newest) return name
    found.push(`${name} is ${version}`)
  }
  const wanted = `Python 3.${oldest} to 3.${newest}`
  throw new AppError(
    'unavailable',
    found.length === 0 ? 'Python is not installed' : `there is no ${wanted}: ${found.join(', ')}`,
    { hint: `Install ${wanted} (apt install python3 python3-venv, brew install python).`, retryable: false },
  )
}

/** Undefined where there is no such program, or it is none that answers. */
async function versionOf(name: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      timeout: 20_000,
      env: { NODE_ENV: 'production', ...childEnvironment([]) },
    })
    return stdout.trim()
  } catch {
    return undefined
  }
}
