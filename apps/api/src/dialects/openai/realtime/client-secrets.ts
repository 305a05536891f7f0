import { z } from 'zod'
import type { ApiDeps } from '../../../deps.ts'
import { readJson } from '../../../http/body.ts'
import type { ApiContext } from '../../../http/env.ts'
import { bodyLimit } from '../../../intake/read-order.ts'
import { newName } from '../../../realtime/items.ts'
import { usualSession } from '../../../realtime/session.ts'
import { admit } from '../../admit.ts'
import { readWish } from '../chat-wish.ts'
import { ga } from './ga.ts'
import { makeRealtimeKey } from './realtime-key.ts'

const wished = z.object({
  expires_after: z
    .object({ anchor: z.literal('created_at').default('created_at'), seconds: z.int().min(10).max(7200).default(60) })
    .default({ anchor: 'created_at', seconds: 60 }),
  session: z.looseObject({}).default({ type: 'realtime' }),
})

/** A key for a browser, and the conversation that it opens. */
export async function serveClientSecret(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const caller = await admit(deps, c, 'status')
  const { expires_after, session: wish } = readWish(wished, await readJson(c, bodyLimit(deps)))
  const session = ga.change(usualSession, wish)
  const expires_at = Math.floor(Date.now() / 1000) + expires_after.seconds
  const value = await makeRealtimeKey(deps, caller, expires_at, wish)
  const view = { id: newName('sess'), object: 'realtime.session', ...ga.session(session) }
  return c.json({ value, expires_at, session: view })
}
