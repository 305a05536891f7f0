import { AppError } from '@hearth/contract'
import type { Hono } from 'hono'
import type { ApiDeps } from '../../deps.ts'
import type { Env } from '../../http/env.ts'
import { readableJob, sendOutput } from '../../routes/outputs.ts'
import { jobOfOutput, outputOf } from './task-answer.ts'

const folders = { images: 'image', audio: 'audio' } as const

/** Pictures and sounds under the addresses that answers name: with the key that made them, or by a signed link. */
export function mountOutputs(app: Hono<Env>, deps: ApiDeps): void {
  for (const [folder, kind] of Object.entries(folders)) {
    app.get(`/outputs/${folder}/:name`, async c => {
      const name = c.req.param('name')
      const row = await readableJob(deps, c, jobOfOutput(name) ?? 'unknown-', c.req.path)
      const file = outputOf(row, kind)
      if (!file) throw new AppError('not-found', `there is no ${name.slice(0, 100)}`)
      return sendOutput(deps, c, row, file)
    })
  }
}
