import { AppError } from '@hearth/contract'
import type { Hono } from 'hono'
import type { ApiDeps } from '../../deps.ts'
import type { Env } from '../../http/env.ts'
import { readableJob, sendOutput } from '../../routes/outputs.ts'
import { jobOfImage } from './task-answer.ts'

/** Pictures under the addresses that answers name: with the key that made them, or by a signed link. */
export function mountOutputs(app: Hono<Env>, deps: ApiDeps): void {
  app.get('/outputs/images/:name', async c => {
    const name = c.req.param('name')
    const row = await readableJob(deps, c, jobOfImage(name) ?? 'unknown-', c.req.path)
    const [file] = row.outputs.filter(({ mime }) => mime.startsWith('image/'))
    if (row.state !== 'succeeded' || !file) throw new AppError('not-found', `there is no picture ${name.slice(0, 100)}`)
    return sendOutput(deps, c, row, file)
  })
}
