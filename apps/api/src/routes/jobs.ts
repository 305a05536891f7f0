import { AppError, type JobState, jobStates, jobView } from '@hearth/contract'
import { cancel, retry } from '@hearth/jobs'
import { jobs } from '@hearth/store'
import { z } from 'zod'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { viewJob, viewJobs } from '../intake/job-view.ts'
import { removeThumbnails } from '../intake/thumbnails.ts'
import { waitForEnd } from '../live/wait-for-end.ts'
import { longestWait } from './tasks.ts'

export const jobId = z.object({ id: z.string().regex(/^[A-Za-z0-9-]{8,64}$/) })
const when = z.iso.datetime({ offset: true }).transform(text => new Date(text))
const filter = z.object({
  state: z
    .string()
    .optional()
    .meta({ description: `One or more of ${jobStates.join(', ')}, separated by commas.` }),
  task: z.string().max(100).optional(),
  text: z.string().max(500).optional().meta({ description: 'Words that all occur in its prompt.' }),
  before: when.optional().meta({ description: 'Created earlier than.' }),
  after: when.optional().meta({ description: 'Created at or later than.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional().meta({ description: '`next_cursor` of the page before.' }),
})

/** The caller's job. @throws AppError `not-found`, for another owner's too. */
export async function ownJob(deps: ApiDeps, caller: Caller, id: string) {
  const row = await jobs.get(deps.store, { id, owner: caller.owner })
  if (row) return row
  throw new AppError('not-found', `there is no job ${id}`)
}

function states(text: string | undefined): JobState[] | undefined {
  if (text === undefined || text === '') return undefined
  return text.split(',').map(word => {
    const found = jobStates.find(state => state === word.trim())
    if (found) return found
    throw new AppError('invalid-input', `state: ${word.slice(0, 50)} is none of ${jobStates.join(', ')}`, {
      path: ['state'],
    })
  })
}

const job = { description: 'The job.', schema: jobView }

/** Looking at jobs and ending them. */
export function jobRoutes(deps: ApiDeps): Route[] {
  return [...readingRoutes(deps), ...changingRoutes(deps)]
}

function readingRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/jobs',
      tag: 'Jobs',
      summary: 'List your jobs, newest first',
      scope: 'tasks',
      rate: 'status',
      query: filter,
      answers: {
        200: {
          description: 'One page.',
          schema: z.object({ jobs: z.array(jobView), next_cursor: z.string().nullable() }),
        },
      },
      async handle({ c, caller, query }) {
        const { state, ...rest } = query
        const wanted = states(state)
        const found = await jobs.list(deps.store, {
          ...rest,
          ...(wanted === undefined ? {} : { states: wanted }),
          owner: caller.owner,
        })
        return c.json({ jobs: await viewJobs(deps.store, found.jobs), next_cursor: found.next_cursor })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/jobs/{id}',
      tag: 'Jobs',
      summary: 'Look at a job',
      scope: 'tasks',
      rate: 'status',
      params: jobId,
      query: z.object({
        wait: z.coerce
          .number()
          .min(0)
          .max(longestWait)
          .default(0)
          .meta({ description: 'Seconds to wait for its end.' }),
      }),
      answers: { 200: job },
      async handle({ c, caller, params, query }) {
        const row = await waitForEnd(deps, await ownJob(deps, caller, params.id), query.wait, c.req.raw.signal)
        return c.json(await viewJob(deps.store, row))
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/jobs/{id}/preview',
      tag: 'Jobs',
      summary: 'The latest preview of a running job',
      scope: 'tasks',
      rate: 'status',
      params: jobId,
      answers: { 200: { description: 'A small picture.', mime: 'image/jpeg' } },
      async handle({ c, caller, params }) {
        const found = await jobs.preview(deps.store, { id: params.id, owner: caller.owner })
        if (!found) throw new AppError('not-found', `there is no preview of job ${params.id}`)
        return c.body(new Uint8Array(found.bytes), 200, { 'content-type': found.mime, 'cache-control': 'no-store' })
      },
    }),
  ]
}

function changingRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'delete',
      path: '/api/v1/jobs/{id}',
      tag: 'Jobs',
      summary: 'Delete a finished job and its outputs',
      scope: 'tasks',
      rate: 'status',
      params: jobId,
      answers: { 204: { description: 'It is gone.' } },
      async handle({ c, caller, params }) {
        const row = await jobs.remove(deps.store, { id: params.id, owner: caller.owner })
        await deps.files.removeOutputs({ id: row.id, created_at: row.createdAt })
        await removeThumbnails(deps, row.id)
        return c.body(null, 204)
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/jobs/{id}/cancel',
      tag: 'Jobs',
      summary: 'Cancel a job',
      description: 'A waiting job ends at once, a running one after the step it is at. A finished one stays as it is.',
      scope: 'tasks',
      rate: 'status',
      params: jobId,
      answers: {
        200: { ...job, description: 'The job has ended.' },
        202: { ...job, description: 'It will end soon.' },
      },
      async handle({ c, caller, params }) {
        const outcome = await cancel(deps.queue, { id: params.id, owner: caller.owner })
        const row = await ownJob(deps, caller, params.id)
        return c.json(await viewJob(deps.store, row), outcome === 'requested' ? 202 : 200)
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/jobs/{id}/retry',
      tag: 'Jobs',
      summary: 'Run a finished job again',
      description: 'Makes a new job with the same input, which points at the old one.',
      scope: 'tasks',
      rate: 'generate',
      params: jobId,
      answers: { 202: { ...job, description: 'The new job.' } },
      async handle({ c, caller, params }) {
        const row = await retry(deps.queue, { id: params.id, owner: caller.owner })
        c.header('location', `/api/v1/jobs/${row.id}`)
        return c.json(await viewJob(deps.store, row), 202)
      },
    }),
  ]
}
