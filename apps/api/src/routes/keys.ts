import { AppError } from '@hearth/contract'
import { audit, keys, type Scope, scopes } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'

const keyView = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  owner: z.string(),
  scopes: z.array(z.enum(scopes)),
  rate_generate: z.int().nullable(),
  rate_status: z.int().nullable(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable(),
  revoked_at: z.iso.datetime().nullable(),
})
const limit = z.int().min(1).max(1_000_000).nullish()
const newKey = z.object({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.enum(scopes)).min(1).default(['tasks']),
  rate_generate: limit.meta({ description: 'Requests a minute that start work; absent: the setting.' }),
  rate_status: limit.meta({ description: 'Other requests a minute; absent: the setting.' }),
})

export function viewKey(row: Awaited<ReturnType<typeof keys.list>>[number]): z.infer<typeof keyView> {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    owner: row.owner,
    scopes: row.scopes,
    rate_generate: row.rateGenerate,
    rate_status: row.rateStatus,
    created_at: row.createdAt.toISOString(),
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
    revoked_at: row.revokedAt?.toISOString() ?? null,
  }
}

/** Keys of the caller. */
export function keyRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/keys',
      tag: 'Keys',
      summary: 'List your keys',
      scope: 'admin',
      rate: 'status',
      answers: { 200: { description: 'All, revoked ones too.', schema: z.object({ keys: z.array(keyView) }) } },
      handle: async ({ c, caller }) =>
        c.json({ keys: (await keys.list(deps.store, { owner: caller.owner })).map(viewKey) }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/keys',
      tag: 'Keys',
      summary: 'Make a key',
      description: 'The answer is the only place where the key itself is ever shown.',
      scope: 'admin',
      rate: 'status',
      body: newKey,
      example: { name: 'my program', scopes: ['tasks'] },
      answers: {
        201: { description: 'The key.', schema: z.object({ key: keyView, secret: z.string() }) },
      },
      async handle({ c, caller, body }) {
        requireStorableName(body.name)
        const wanted: Scope[] = [...new Set(body.scopes)]
        const { key, secret } = await keys.create(deps.store, {
          owner: caller.owner,
          name: body.name,
          scopes: wanted,
          ...(body.rate_generate ? { rateGenerate: body.rate_generate } : {}),
          ...(body.rate_status ? { rateStatus: body.rate_status } : {}),
        })
        const who = caller.key === null ? {} : { key: caller.key.id }
        await audit.record(deps.store, { owner: caller.owner, ...who, action: 'key made', detail: { id: key.id } })
        return c.json({ key: viewKey(key), secret }, 201)
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/v1/keys/{id}',
      tag: 'Keys',
      summary: 'Revoke a key',
      scope: 'admin',
      rate: 'status',
      params: z.object({ id: z.string().max(64) }),
      answers: { 200: { description: 'The key, which no longer works.', schema: keyView } },
      async handle({ c, caller, params }) {
        const row = await keys.revoke(deps.store, { id: params.id, owner: caller.owner })
        deps.keyCache.clear()
        const who = caller.key === null ? {} : { key: caller.key.id }
        await audit.record(deps.store, { owner: caller.owner, ...who, action: 'key revoked', detail: { id: row.id } })
        return c.json(viewKey(row))
      },
    }),
  ]
}

function requireStorableName(name: string): void {
  if (!/\p{Cc}/u.test(name) && name.isWellFormed()) return
  throw new AppError('invalid-input', 'name: control characters are not allowed', { path: ['name'] })
}
