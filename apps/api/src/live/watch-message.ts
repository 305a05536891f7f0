import { AppError } from '@hearth/contract'
import { jobs } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import type { Watch } from './watch.ts'

const watchMessage = z.object({
  owner: z.boolean().optional(),
  jobs: z
    .array(z.object({ id: z.string().max(64), after: z.int().min(0).default(0) }))
    .max(500)
    .optional(),
})

/**
 * What a client on a socket asks to hear: `{"jobs": [{"id", "after"}]}` follows jobs from a number on,
 * `{"owner": true}` everything of its own from now on. Jobs of others are as unknown as ones that never were.
 * @throws AppError `invalid-input`, `not-found`.
 */
export async function obeyWatch(deps: ApiDeps, owner: string, watch: Watch, message: unknown): Promise<void> {
  const parsed = watchMessage.safeParse(message)
  if (!parsed.success) {
    throw new AppError('invalid-input', 'expected {"owner": true} or {"jobs": [{"id": "...", "after": 0}]}')
  }
  if (parsed.data.owner) watch.owner()
  for (const { id, after } of parsed.data.jobs ?? []) {
    if (!(await jobs.get(deps.store, { id, owner }))) throw new AppError('not-found', `there is no job ${id}`)
    await watch.job(id, after)
  }
}
