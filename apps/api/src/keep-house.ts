import { sessions } from '@hearth/store'
import type { ApiDeps } from './deps.ts'
import { sweepUploads } from './intake/sweep-uploads.ts'

const hour = 3600_000

/** Every hour: forgets sessions and sign-in links that are over, and uploads that nothing refers to. To be ended with `clearInterval`. */
export function keepHouse(deps: Pick<ApiDeps, 'store' | 'log' | 'files' | 'config'>): NodeJS.Timeout {
  const { store, log } = deps
  const clean = () => {
    sweepUploads(deps).catch(error => log.warn({ error }, 'old uploads could not be removed; later'))
    sessions.removeExpired(store).catch(error => log.warn({ error }, 'old sessions could not be forgotten; later'))
  }
  clean()
  const timer = setInterval(clean, hour)
  timer.unref()
  return timer
}
