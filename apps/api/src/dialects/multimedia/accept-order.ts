import type { Context } from 'hono'
import type { ApiDeps } from '../../deps.ts'
import type { Body } from '../../http/body.ts'
import type { Env } from '../../http/env.ts'
import { acceptJob, findTask } from '../../intake/accept-job.ts'
import { idempotencyKey } from '../../intake/idempotency-key.ts'
import type { admit } from '../admit.ts'
import { inTheirWords, orderFields } from './order-fields.ts'

type Caller = Awaited<ReturnType<typeof admit>>
type Job = Awaited<ReturnType<typeof acceptJob>>['job']

export interface Request {
  caller: Caller
  task: string
  body: Body
  /** What is wanted, where the fields are not those of pictures. */
  fields?: ReturnType<typeof orderFields>
}

/** Takes a request of this dialect as a job of a task. Throws what is wrong with it in the dialect's own field names. */
export async function acceptOrder(
  c: Context<Env>,
  deps: ApiDeps,
  { caller, task, body, fields = orderFields(body) }: Request,
): Promise<Job> {
  const order = {
    ...fields,
    task: findTask(deps, task),
    dialect: 'multimedia',
    idempotencyKey: idempotencyKey(c),
    requestHash: `multimedia ${task} ${body.digest}`,
  }
  const { job } = await acceptJob(deps, caller, order).catch(error => {
    throw inTheirWords(error)
  })
  c.get('wide').job = job.id
  return job
}
