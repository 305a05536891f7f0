import type { Hono } from 'hono'
import type { ApiDeps } from '../../deps.ts'
import { readBody } from '../../http/body.ts'
import type { Env } from '../../http/env.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { ownJob } from '../../routes/jobs.ts'
import { admit } from '../admit.ts'
import { acceptOrder } from './accept-order.ts'
import { taskAnswer } from './task-answer.ts'

const id = 'text-to-image'

/** Starting a picture, asking for it, and what draws it. */
export function mountTextToImage(app: Hono<Env>, deps: ApiDeps): void {
  app.post(`/api/${id}/generate`, async c => {
    const caller = await admit(deps, c, 'generate')
    const body = await readBody(c, bodyLimit(deps))
    const job = await acceptOrder(c, deps, { caller, task: id, body })
    return c.json(taskAnswer(job))
  })

  for (const task of [id, 'image-to-image']) {
    app.get(`/api/${task}/status/:job`, async c => {
      const caller = await admit(deps, c, 'status')
      return c.json(taskAnswer(await ownJob(deps, caller, c.req.param('job'))))
    })
  }

  app.get(`/api/${id}/models`, async c => {
    await admit(deps, c, 'status')
    const models = (await deps.models.list()).filter(({ state, tasks }) => state === 'installed' && tasks.includes(id))
    return c.json(models.map(({ id, title, description }) => ({ id, name: title, description })))
  })
}
