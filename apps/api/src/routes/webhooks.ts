import { audit, webhooks } from '@hearth/store'
import { z } from 'zod'
import { readWebhookSecret, renewWebhookSecret } from '../courier/webhook-secret.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'

const secret = z
  .string()
  .meta({ description: '`whsec_` and the key in base64, as libraries for Standard Webhooks take it.' })
const delivery = z.object({
  id: z.string(),
  job: z.string().nullable(),
  url: z.string().nullable(),
  state: z.enum(webhooks.deliveryStates),
  attempts: z.int(),
  created_at: z.iso.datetime(),
  next_at: z.iso.datetime().nullable().meta({ description: 'When it is tried again; null before the job has ended.' }),
  error: z.string().nullable(),
})

/** What receivers of messages about jobs need: the secret, and a look at what went out. */
export function webhookRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/webhooks',
      tag: 'Webhooks',
      summary: 'Read the secret of your webhooks, and what was sent',
      description: 'Orders that name a webhook have it told when they end, signed as Standard Webhooks 1.0 has it.',
      scope: 'admin',
      rate: 'status',
      answers: {
        200: {
          description: 'The latest first.',
          schema: z.object({ secret, deliveries: z.array(delivery) }),
        },
      },
      async handle({ c, caller: { owner } }) {
        const rows = await webhooks.list(deps.store, { owner, of: 'jobs', limit: 50 })
        return c.json({ secret: await readWebhookSecret(deps, owner), deliveries: rows.map(view) })
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/webhooks/secret',
      tag: 'Webhooks',
      summary: 'Make a new secret for your webhooks',
      description: 'The old one ends at once, for messages that are still on their way too.',
      scope: 'admin',
      rate: 'status',
      answers: { 200: { description: 'The new one.', schema: z.object({ secret }) } },
      async handle({ c, caller: { owner, key } }) {
        const made = await renewWebhookSecret(deps, owner)
        const who = key === null ? {} : { key: key.id }
        await audit.record(deps.store, { owner, ...who, action: 'webhook secret renewed', detail: {} })
        return c.json({ secret: made })
      },
    }),
  ]
}

function view({
  id,
  job,
  url,
  state,
  attempts,
  createdAt,
  nextAt,
  expiresAt,
  error,
}: Omit<webhooks.DeliveryRow, 'body'>) {
  const due = state === 'waiting' && expiresAt !== null
  return {
    id,
    job,
    url,
    state,
    attempts,
    created_at: createdAt.toISOString(),
    next_at: due ? nextAt.toISOString() : null,
    error,
  }
}
