import { AppError } from '@hearth/contract'
import { responses } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import type { ApiContext } from '../../http/env.ts'
import { admit } from '../admit.ts'
import { readWish } from './chat-wish.ts'
import { conversationItem } from './responses-items.ts'
import { keptResponse } from './responses-thread.ts'

export async function readResponse(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const { body } = await find(deps, c)
  if (c.req.query('stream') !== 'true') return c.json(body)
  throw new AppError('invalid-input', 'answers that have ended are not streamed again', {
    path: ['stream'],
    hint: 'Leave `stream` out to get the whole answer.',
  })
}

export async function removeResponse(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const { id, owner } = await find(deps, c)
  await responses.remove(deps.store, { id, owner })
  return c.json({ id, object: 'response', deleted: true })
}

/** Nothing can be cancelled by name: an answer has no name for others before it has ended. */
export async function cancelResponse(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const { id } = await find(deps, c)
  throw new AppError('invalid-input', `response ${id} has ended`, {
    hint: 'Only answers made in the background could be cancelled. To give up any other, close its connection.',
  })
}

const page = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().optional(),
})

/** What was asked with an answer, without what was said before it. */
export async function listInputItems(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const { limit, order, after } = readWish(page, c.req.query())
  const { input } = await find(deps, c)
  const items = input.map(item => conversationItem.parse(item))
  if (order === 'desc') items.reverse()
  const from = after === undefined ? 0 : items.findIndex(({ id }) => id === after) + 1
  if (after !== undefined && from === 0) {
    throw new AppError('invalid-input', `there is no item ${after}`, { path: ['after'] })
  }
  const data = items.slice(from, from + limit)
  return c.json({
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: from + limit < items.length,
  })
}

async function find(deps: ApiDeps, c: ApiContext) {
  const { owner } = await admit(deps, c, 'status')
  return keptResponse(deps, owner, c.req.param('id') ?? '')
}
