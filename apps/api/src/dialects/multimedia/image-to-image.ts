import { AppError } from '@hearth/contract'
import type { Hono } from 'hono'
import type { ApiDeps } from '../../deps.ts'
import { readForm } from '../../http/body.ts'
import type { Env } from '../../http/env.ts'
import type { ErrorAnswer } from '../../http/errors.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { waitForEnd } from '../../live/wait-for-end.ts'
import { admit } from '../admit.ts'
import { patientJson } from '../patient-json.ts'
import { acceptOrder } from './accept-order.ts'
import { taskAnswer } from './task-answer.ts'

const id = 'image-to-image'
/** Seconds; after that the answer is `processing`, and the status route tells the rest. */
const longest = 600

/** Changing a picture: answered when it is done, as the original is. */
export function mountImageToImage(app: Hono<Env>, deps: ApiDeps, error: ErrorAnswer): void {
  app.post(`/api/${id}/generate`, async c => {
    const caller = await admit(deps, c, 'generate')
    const body = await readForm(c, bodyLimit(deps))
    const job = await acceptOrder(c, deps, { caller, task: id, body })
    const work = waitForEnd(deps, job, longest, c.req.raw.signal).then(row => {
      if (row.state === 'failed' && row.error) throw AppError.from(row.error)
      return taskAnswer(row)
    })
    return patientJson(c, deps, { work, error })
  })
}
