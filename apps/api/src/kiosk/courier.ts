import { toAppError } from '@hearth/contract'
import { fetchGuarded } from '@hearth/fetch'
import { webhooks } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'
import { readKiosk } from './kiosk-settings.ts'
import { signWebhook } from './sign-webhook.ts'

/** Seconds before each further attempt; the last one again and again. */
const pauses = [1, 2, 5, 15, 60, 300, 900, 3600]
/** Milliseconds between looks at what waits; what is sent from here is looked for at once. */
const turn = 2000
/** Seconds that a receiver has to answer, and that a message is out of others' reach. */
const patience = 10
const lease = 60
/** Messages on their way. */
const atOnce = 20
const week = 7 * 24 * 3600_000

export interface CourierMessage {
  owner: string
  /** Such as `kiosk.granted`. */
  type: string
  data: Record<string, unknown>
  /** Seconds after which it is not worth telling: a door must not open when nobody stands there any more. */
  ttlSeconds: number
}

/** Delivers messages that the store keeps, so that neither an api nor a receiver that is away loses one. */
export interface Courier {
  /** Resolves when it is kept; delivery comes after. Nothing is kept for an owner without webhook. */
  send(message: CourierMessage): Promise<void>
  close(): Promise<void>
}

type CourierDeps = Pick<ApiDeps, 'store' | 'log'>

export function createCourier(deps: CourierDeps): Courier {
  let closed = false
  const flying = new Set<Promise<void>>()
  const fault = (error: unknown) =>
    deps.log.warn({ error }, 'messages to other programs could not be looked up or sent; later')
  const follow = (work: Promise<void>) => {
    const flight = work.catch(fault).finally(() => flying.delete(flight))
    flying.add(flight)
  }
  /** Takes what is due. A receiver that hangs keeps its own message waiting, not those of others. */
  async function look(): Promise<void> {
    const room = atOnce - flying.size
    if (closed || room <= 0) return
    for (const row of await webhooks.take(deps.store, { limit: room, leaseSeconds: lease })) follow(deliver(deps, row))
  }
  const timer = setInterval(() => follow(look()), turn)
  timer.unref()
  const cleaner = setInterval(() => follow(webhooks.removeEnded(deps.store, new Date(Date.now() - week))), 3600_000)
  cleaner.unref()
  return {
    async send({ owner, type, data, ttlSeconds }) {
      const { webhook } = await readKiosk(deps.store, owner)
      if (webhook === null) return
      const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data })
      await webhooks.add(deps.store, { owner, body, ttlSeconds })
      follow(look())
    },
    async close() {
      closed = true
      clearInterval(timer)
      clearInterval(cleaner)
      while (flying.size > 0) await Promise.all(flying)
    },
  }
}

async function deliver({ store, log }: CourierDeps, row: webhooks.DeliveryRow): Promise<void> {
  const { webhook, secret } = await readKiosk(store, row.owner)
  try {
    if (webhook === null || secret === null) throw new Error('there is no webhook any more')
    const signature = signWebhook({ id: row.id, body: row.body, secret, at: Math.floor(Date.now() / 1000) })
    await fetchGuarded(webhook.url, {
      body: row.body,
      headers: { 'content-type': 'application/json', ...signature },
      maxBytes: 64 * 1024,
      timeout: patience,
      ...(webhook.private ? { allow: 'any' } : {}),
    })
    await webhooks.delivered(store, row.id)
  } catch (thrown) {
    const error = toAppError(thrown).message
    const afterSeconds = pauses[Math.min(row.attempts, pauses.length) - 1] ?? 1
    log.info({ message: row.id, attempt: row.attempts, error }, 'a message was not taken')
    await webhooks.again(store, { id: row.id, error, afterSeconds })
  }
}
