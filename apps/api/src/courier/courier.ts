import { toAppError } from '@hearth/contract'
import { fetchGuarded } from '@hearth/fetch'
import { webhooks } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'
import { kioskLetter } from '../kiosk/kiosk-letter.ts'
import { readKiosk } from '../kiosk/kiosk-settings.ts'
import { jobLetter } from './job-letter.ts'
import type { Letter } from './letter.ts'
import { signWebhook } from './sign-webhook.ts'

/** Seconds before each further attempt; the last one again and again. */
const pauses = [1, 2, 5, 15, 60, 300, 900, 3600]
/** Milliseconds between looks at what waits; what is sent from here is looked for at once. */
const turn = 2000
/** Seconds that a receiver has to answer, and that a message is out of others' reach. */
const patience = 10
const lease = 60
/** Messages on their way, of each kind: a door does not wait until receivers that hang were given up. */
const atOnce = 20
const kinds = ['kiosks', 'jobs'] as const
const week = 7 * 24 * 3600_000

/** What a kiosk has to tell. */
export interface CourierMessage {
  owner: string
  /** Such as `kiosk.granted`. */
  type: string
  data: Record<string, unknown>
  /** Seconds after which it is not worth telling: a door must not open when nobody stands there any more. */
  ttlSeconds: number
}

/**
 * Delivers messages that the store keeps, so that neither an api nor a receiver that is away loses one: those of kiosks,
 * and those of jobs whose orders named an address.
 */
export interface Courier {
  /** Resolves when it is kept; delivery comes after. Nothing is kept for an owner without webhook. */
  send(message: CourierMessage): Promise<void>
  close(): Promise<void>
}

type CourierDeps = Pick<ApiDeps, 'store' | 'log' | 'secret' | 'config'>

export function createCourier(deps: CourierDeps): Courier {
  let closed = false
  const flying = new Set<Promise<void>>()
  const open = { kiosks: 0, jobs: 0 }
  const fault = (error: unknown) =>
    deps.log.warn({ error }, 'messages to other programs could not be looked up or sent; later')
  const follow = (work: Promise<void>) => {
    const flight = work.catch(fault).finally(() => flying.delete(flight))
    flying.add(flight)
  }
  /** Takes what is due. A receiver that hangs keeps its own message waiting, not those of others. */
  async function look(of: webhooks.Told): Promise<void> {
    const room = atOnce - open[of]
    if (closed || room <= 0) return
    for (const row of await webhooks.take(deps.store, { of, limit: room, leaseSeconds: lease })) {
      open[of] += 1
      follow(deliver(deps, row).finally(() => (open[of] -= 1)))
    }
  }
  const timer = setInterval(() => kinds.forEach(of => void follow(look(of))), turn)
  timer.unref()
  const cleaner = setInterval(() => follow(webhooks.removeEnded(deps.store, new Date(Date.now() - week))), 3600_000)
  cleaner.unref()
  return {
    async send({ owner, type, data, ttlSeconds }) {
      const { webhook } = await readKiosk(deps.store, owner)
      if (webhook === null) return
      const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data })
      await webhooks.add(deps.store, { owner, body, ttlSeconds })
      follow(look('kiosks'))
    },
    async close() {
      closed = true
      clearInterval(timer)
      clearInterval(cleaner)
      while (flying.size > 0) await Promise.all(flying)
    },
  }
}

async function deliver(deps: CourierDeps, row: webhooks.DeliveryRow): Promise<void> {
  const { store, log } = deps
  try {
    await post(row.id, await letterOf(deps, row))
    await webhooks.delivered(store, row.id)
  } catch (thrown) {
    const error = toAppError(thrown).message
    const afterSeconds = pauses[Math.min(row.attempts, pauses.length) - 1] ?? 1
    log.info({ message: row.id, attempt: row.attempts, error }, 'a message was not taken')
    await webhooks.again(store, { id: row.id, error, afterSeconds })
  }
}

function letterOf(deps: CourierDeps, row: webhooks.DeliveryRow): Promise<Letter> {
  const { job, url } = row
  return job === null || url === null ? kioskLetter(deps.store, row) : jobLetter(deps, { ...row, job, url })
}

async function post(id: string, { url, body, secret, private: own }: Letter): Promise<void> {
  const signature = signWebhook({ id, body, secret, at: Math.floor(Date.now() / 1000) })
  await fetchGuarded(url, {
    body,
    headers: { 'content-type': 'application/json', ...signature },
    maxBytes: 64 * 1024,
    timeout: patience,
    ...(own ? { allow: 'any' } : {}),
  })
}
