import { jobView, modelView } from '@hearth/contract'
import { task as pullModel } from '@hearth/models/pull-model/spec'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { acceptJob } from '../intake/accept-job.ts'
import { viewJob } from '../intake/job-view.ts'

const modelId = z.object({ id: z.string().min(1).max(200) })

/** Models of this machine and of the catalogue. */
export function modelRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/models',
      tag: 'Models',
      summary: 'List models, installed or not',
      scope: 'any',
      rate: 'status',
      answers: { 200: { description: 'All models.', schema: z.object({ models: z.array(modelView) }) } },
      handle: async ({ c }) => c.json({ models: await deps.models.list() }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/models/{id}',
      tag: 'Models',
      summary: 'Look at a model',
      scope: 'any',
      rate: 'status',
      params: modelId,
      answers: { 200: { description: 'The model.', schema: modelView } },
      handle: async ({ c, params }) => c.json(await deps.models.get(params.id)),
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/models/{id}/pull',
      tag: 'Models',
      summary: 'Pull a model',
      description: 'A job like any other: it can be followed, cancelled and run again, and goes on where it stopped.',
      scope: 'models',
      rate: 'generate',
      params: modelId,
      body: z.object({ accept_licence: z.boolean().default(false) }),
      example: { accept_licence: true },
      answers: { 202: { description: 'The job.', schema: jobView } },
      async handle({ c, caller, params, body }) {
        const model = deps.models.checkPull(params.id, { acceptLicence: body.accept_licence })
        const { job } = await acceptJob(deps, caller, {
          task: pullModel,
          input: { model, accept_licence: body.accept_licence },
        })
        return c.json(await viewJob(deps.store, job), 202)
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/v1/models/{id}',
      tag: 'Models',
      summary: 'Remove a model from this machine',
      scope: 'models',
      rate: 'status',
      params: modelId,
      answers: { 204: { description: 'It is gone.' } },
      async handle({ c, params }) {
        await deps.models.remove(params.id)
        return c.body(null, 204)
      },
    }),
  ]
}
