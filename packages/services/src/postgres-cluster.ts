import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { AppError } from '@hearth/contract'
import { type Account, asAccount } from './account.ts'

const run = promisify(execFile)

export interface ClusterOptions {
  dir: string
  password: string
  durable?: boolean
  initdb: string
  account: Account | undefined
}

/** Makes a cluster with the one role `hearth`, in a folder beside and then by a rename, so that it is there whole. */
export async function initCluster(options: ClusterOptions): Promise<void> {
  const { dir, password, account, durable } = options
  if (await stat(dir).catch(absent)) return
  const draft = `${dir}.making`
  await rm(draft, { recursive: true, force: true })
  await mkdir(dirname(dir), { recursive: true })
  await mkdir(draft, { mode: 0o700 })
  const passwordFile = `${dir}.${randomBytes(6).toString('hex')}`
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (account) {
    await chown(draft, account.uid, account.gid)
    await chown(passwordFile, account.uid, account.gid)
  }
  const flags = ['-D', draft, '--username=hearth', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
  // The same order of letters on every machine, whatever locales it has.
  const locale = ['--encoding=UTF8', '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const line = asAccount(account, [options.initdb, ...flags, ...locale, ...(durable === false ? ['--no-sync'] : [])])
  try {
    await run(line.command, line.args, {
      ...line.spawn,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', NODE_ENV: 'production' },
    })
  } catch (cause) {
    throw new AppError('unavailable', `The database could not be made: ${(cause as Error).message}`, {
      hint: `Check that there is space on the disk and that ${dirname(dir)} can be written to.`,
      cause,
    })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(draft, dir)
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
