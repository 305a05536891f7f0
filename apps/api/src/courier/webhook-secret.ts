import { createHmac } from 'node:crypto'
import { settings } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'

const stored = z.object({ generation: z.int() }).default({ generation: 0 })
const nameOf = (owner: string) => `webhook:${owner}`

type Deps = Pick<ApiDeps, 'store' | 'secret'>

/**
 * What messages about an owner's jobs are signed with, as Standard Webhooks writes it. It follows from the secret of the
 * installation, so that it is there before the first order and the database does not hold it.
 */
export async function readWebhookSecret({ store, secret }: Deps, owner: string): Promise<string> {
  const { generation } = stored.parse(await settings.get(store, nameOf(owner)))
  return `whsec_${createHmac('sha256', secret).update(`webhook ${owner} ${generation}`).digest('base64')}`
}

/** Makes another one; the old one ends at once. */
export async function renewWebhookSecret(deps: Deps, owner: string): Promise<string> {
  const { generation } = stored.parse(await settings.get(deps.store, nameOf(owner)))
  await settings.set(deps.store, nameOf(owner), { generation: generation + 1 })
  return readWebhookSecret(deps, owner)
}
