import { AppError, type OutputFile } from '@hearth/contract'
import { signLink, verifyLink } from '@hearth/files'
import { type JobRow, jobs } from '@hearth/store'
import { z } from 'zod'
import { authenticate, requireScope } from '../auth/caller.ts'
import { limitRate } from '../auth/rate-limit.ts'
import type { ApiDeps } from '../deps.ts'
import type { ApiContext } from '../http/env.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { sendFile } from '../http/send-file.ts'
import { outputPath } from '../intake/job-view.ts'
import { thumbnailPath, thumbnailSizes } from '../intake/thumbnails.ts'
import { jobId, ownJob } from './jobs.ts'

const place = jobId.extend({ name: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/) })
const linkQuery = z.object({ expires: z.string().optional(), signature: z.string().optional() })
const look = linkQuery.extend({
  size: z.coerce
    .number()
    .refine(size => thumbnailSizes.includes(size), `expected one of ${thumbnailSizes.join(', ')}`)
    .optional()
    .meta({ description: `A smaller picture: ${thumbnailSizes.join(', ')}.` }),
  download: z.string().optional().meta({ description: 'Anything: answered as an attachment.' }),
})

/** Longest life of a link, in seconds. */
const week = 7 * 24 * 3600

/**
 * The job of an output that the request may read: by a signed link, or by its owner's key or session.
 * @throws AppError.
 */
export async function readableJob(deps: ApiDeps, c: ApiContext, id: string, path: string): Promise<JobRow> {
  const { expires, signature } = c.req.query()
  if (signature !== undefined) {
    const query = { signature, ...(expires === undefined ? {} : { expires }) }
    if (!verifyLink(deps.secret, path, query)) {
      throw new AppError('forbidden', 'this link has expired or was changed', { hint: 'Ask for a new one.' })
    }
    const row = await jobs.get(deps.store, { id })
    if (!row) throw new AppError('not-found', `there is no job ${id}`)
    return row
  }
  const caller = await authenticate(deps, c, { session: true })
  c.set('caller', caller)
  requireScope(caller, 'tasks')
  await limitRate(deps, c, caller, 'status')
  return ownJob(deps, caller, id)
}

/** The file of that name. @throws AppError `not-found`. */
export function findOutput(row: JobRow, name: string): OutputFile {
  const file = row.outputs.find(file => file.name === name)
  if (file) return file
  throw new AppError('not-found', `job ${row.id} has no output ${name}`)
}

/** A path with which anybody can read the output until it expires. */
export function signedOutput(deps: ApiDeps, job: string, name: string, seconds: number): string {
  return signLink(deps.secret, outputPath(job, name), new Date(Date.now() + seconds * 1000))
}

/** The file as an answer. */
export function sendOutput(deps: ApiDeps, c: ApiContext, row: JobRow, file: OutputFile): Promise<Response> {
  const path = deps.files.outputPath({ id: row.id, created_at: row.createdAt }, file.name)
  return sendFile(c, { path, mime: file.mime, etag: `"${file.sha256}"`, name: `${row.id}-${file.name}` })
}

/** Files that jobs made. */
export function outputRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/jobs/{id}/outputs/{name}',
      tag: 'Jobs',
      summary: 'Read an output',
      description: 'Whole, in part (`Range`) or smaller (`size`). Without a key by a signed link.',
      scope: 'public',
      rate: 'status',
      params: place,
      query: look,
      answers: { 200: { description: 'The file.', mime: 'image/png' } },
      async handle({ c, params, query }) {
        const row = await readableJob(deps, c, params.id, outputPath(params.id, params.name))
        const file = findOutput(row, params.name)
        if (query.size === undefined) return sendOutput(deps, c, row, file)
        const path = await thumbnailPath(deps, row, file, query.size)
        return sendFile(c, { path, mime: 'image/jpeg', etag: `"${file.sha256}-${query.size}"`, name: file.name })
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/jobs/{id}/outputs/{name}/link',
      tag: 'Jobs',
      summary: 'Make a link with which anybody can read an output',
      scope: 'tasks',
      rate: 'status',
      params: place,
      query: z.object({ seconds: z.coerce.number().int().min(1).max(week).default(3600) }),
      answers: {
        200: { description: 'The link, without host.', schema: z.object({ url: z.string(), expires_at: z.string() }) },
      },
      async handle({ c, caller, params, query }) {
        const row = await ownJob(deps, caller, params.id)
        findOutput(row, params.name)
        const expires_at = new Date(Date.now() + query.seconds * 1000).toISOString()
        return c.json({ url: signedOutput(deps, row.id, params.name, query.seconds), expires_at })
      },
    }),
  ]
}
