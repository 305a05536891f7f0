import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError, type ErrorReport } from '@hearth/contract'

export type SetupMessage = { link: string } | { error: ErrorReport }

const script = fileURLToPath(new URL('./setup.ts', import.meta.url))

/** Runs `setup.ts`. @throws AppError as it was thrown there. */
export function runSetup(env: Record<string, string>): Promise<{ link: string }> {
  const done = new Promise<{ link: string }>((resolve, reject) => {
    const child = fork(script, [], {
      env: { NODE_ENV: 'production', ...env },
      execArgv: [],
      stdio: ['ignore', 2, 2, 'ipc'],
    })
    child.once('message', message => {
      const told = message as SetupMessage
      if ('link' in told) resolve(told)
      else reject(AppError.from(told.error))
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      reject(new AppError('unavailable', `The database could not be set up (${signal ?? `exit code ${code}`}).`))
    })
  })
  // It is awaited after other starts, of which one may fail first.
  done.catch(() => undefined)
  return done
}
