import { AppError } from '@hearth/contract'
import { viewPerson } from '@hearth/faces/people'
import { people } from '@hearth/store'
import { z } from 'zod'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { currentEmbedder } from './current-embedder.ts'

export const personId = z.object({ id: z.uuid() })

/** Who asks, as the functions about people take it. */
export const askerOf = (caller: Caller) => ({ owner: caller.owner, key: caller.key?.id })

/** One person as shown. @throws AppError `not-found`, for another owner's too. */
export async function showPerson(deps: ApiDeps, owner: string, id: string) {
  const row = await people.get(deps.store, { id, owner })
  if (!row) throw new AppError('not-found', `there is no person ${id}`)
  return viewPerson(row, await people.faceViews(deps.store, [id]), await currentEmbedder(deps, owner, undefined))
}
