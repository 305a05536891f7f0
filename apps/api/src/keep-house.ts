import { sweep } from '@hearth/faces/people'
import { responses, sessions } from '@hearth/store'
import type { ApiDeps } from './deps.ts'
import { sweepUploads } from './intake/sweep-uploads.ts'

const hour = 3600_000
const minute = 60_000
/** For which answers can be read again, as OpenAI keeps them. */
const responseAge = 30 * 24 * hour

/**
 * Every hour: forgets sessions and sign-in links that are over, old answers, and uploads that nothing refers to. Every
 * minute: erases people whose time is over. @returns what ends it.
 */
export function keepHouse(deps: Pick<ApiDeps, 'store' | 'log' | 'files' | 'config' | 'people'>): () => void {
  const { store, log } = deps
  const clean = () => {
    sweepUploads(deps).catch(error => log.warn({ error }, 'old uploads could not be removed; later'))
    sessions.removeExpired(store).catch(error => log.warn({ error }, 'old sessions could not be forgotten; later'))
    responses
      .removeOld(store, { before: new Date(Date.now() - responseAge) })
      .catch(error => log.warn({ error }, 'old answers could not be forgotten; later'))
  }
  const erase = () => {
    sweep(deps.people).catch(error => log.warn({ error }, 'people whose time is over could not be erased; later'))
  }
  clean()
  erase()
  const timers = [setInterval(clean, hour), setInterval(erase, minute)]
  for (const timer of timers) timer.unref()
  return () => timers.forEach(timer => void clearInterval(timer))
}
