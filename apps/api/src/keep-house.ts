import { sessions } from '@hearth/store'
import type { ApiDeps } from './deps.ts'

const hour = 3600_000

/** Every hour: forgets sessions and sign-in links that are over. To be ended with `clearInterval`. */
export function keepHouse({ store, log }: Pick<ApiDeps, 'store' | 'log'>): NodeJS.Timeout {
  const clean = () => {
    sessions.removeExpired(store).catch(error => log.warn({ error }, 'old sessions could not be forgotten; later'))
  }
  clean()
  const timer = setInterval(clean, hour)
  timer.unref()
  return timer
}
