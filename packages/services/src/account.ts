import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { AppError } from '@hearth/contract'

const run = promisify(execFile)

/** The OS user that Postgres runs as when we are root, which it refuses to be. */
export interface Account {
  uid: number
  gid: number
  /** A folder above the programs or the data is closed to that user, who is then given the right to pass. */
  needsPassage: boolean
}

const name = 'postgres'

/**
 * Who is to run Postgres; undefined means: we ourselves. Makes the OS user `postgres` where root has none.
 * @param paths files and folders that the user must be able to reach.
 */
export async function postgresAccount(paths: readonly string[]): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const ids = (await lookUp()) ?? (await create())
  const reachable = await Promise.all(paths.map(path => canReach(path, ids)))
  return { ...ids, needsPassage: reachable.includes(false) }
}

async function lookUp(): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch (error) {
    // `id` exits 1 for a user that does not exist; anything else is worth knowing.
    if ((error as { code?: unknown }).code === 1) return undefined
    throw error
  }
}

async function create(): Promise<{ uid: number; gid: number }> {
  const remedy = `Run Hearth as an ordinary user, or make the user "${name}" by hand, or set DATABASE_URL.`
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name])
  } catch (cause) {
    throw new AppError('unavailable', `Postgres does not run as root, and the OS user "${name}" could not be made.`, {
      hint: remedy,
      cause,
    })
  }
  const ids = await lookUp()
  if (!ids) throw new AppError('unavailable', `The OS user "${name}" was made but cannot be found.`, { hint: remedy })
  return ids
}

async function canReach(path: string, { uid, gid }: { uid: number; gid: number }): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const info = await stat(folder)
    const bit = info.uid === uid ? 0o100 : info.gid === gid ? 0o010 : 0o001
    if (!(info.mode & bit)) return false
    if (folder === dirname(folder)) return true
  }
}

/** A command line run as that user. `setpriv` (util-linux) gives the right to pass closed folders, and no other. */
export function asAccount(account: Account | undefined, [command, ...args]: readonly string[]) {
  if (command === undefined) throw new AppError('internal', 'There is no command to run.')
  if (!account) return { command, args, spawn: {} }
  const { uid, gid } = account
  if (!account.needsPassage) return { command, args, spawn: { uid, gid } }
  const capability = '-all,+dac_read_search'
  const change = ['--reuid', `${uid}`, '--regid', `${gid}`, '--clear-groups']
  const grant = ['--inh-caps', capability, '--ambient-caps', capability]
  return { command: 'setpriv', args: [...change, ...grant, '--', command, ...args], spawn: {} }
}
