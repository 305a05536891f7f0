import { AppError } from '@hearth/contract'
import {
  calibrate,
  calibration,
  collectionView,
  logView,
  reEnrol,
  reEnrolment,
  viewCollection,
  viewLog,
} from '@hearth/faces/people'
import { encodePicture } from '@hearth/media'
import { people } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { currentEmbedder } from '../people/current-embedder.ts'
import { askerOf } from '../people/own-person.ts'
import { collectionName } from '../people/read-enrolment.ts'

const threshold = z.object({
  threshold: z.number().min(0).max(1).nullable().meta({ description: 'Null: that of the embedder.' }),
})

/** What concerns many people. Before the routes of one person: `log` is no id. */
export function collectionRoutes(deps: ApiDeps): Route[] {
  return [...thresholdRoutes(deps), calibrationRoute(deps), reEnrolRoute(deps), logRoute(deps)]
}

function thresholdRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/collections',
      tag: 'People',
      summary: 'List collections of people',
      description: 'A collection is made when the first person is enrolled in it.',
      scope: 'tasks',
      rate: 'status',
      answers: { 200: { description: 'All.', schema: z.object({ collections: z.array(collectionView) }) } },
      handle: async ({ c, caller }) =>
        c.json({ collections: (await people.collections(deps.store, { owner: caller.owner })).map(viewCollection) }),
    }),
    defineRoute({
      method: 'patch',
      path: '/api/v1/collections/{name}',
      tag: 'People',
      summary: 'Set from which similarity on somebody is known',
      scope: 'tasks',
      rate: 'status',
      params: z.object({ name: collectionName }),
      body: threshold,
      example: { threshold: 0.62 },
      answers: { 200: { description: 'The collection.', schema: collectionView } },
      async handle({ c, caller, params, body }) {
        const { owner } = caller
        const entry = { ...askerOf(caller), action: 'threshold' as const, detail: { ...body } }
        await people.setThreshold(deps.store, { owner, name: params.name, ...body }, entry)
        const row = (await people.collections(deps.store, { owner })).find(({ name }) => name === params.name)
        if (!row) throw new AppError('not-found', `there is no collection ${params.name}`)
        return c.json(viewCollection(row))
      },
    }),
  ]
}

function calibrationRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/v1/people/calibration',
    tag: 'People',
    summary: 'How well your own enrolments are told apart',
    description: 'Compares the faces of a collection with each other, at most 600 of them.',
    scope: 'tasks',
    rate: 'generate',
    query: z.object({ collection: collectionName.default('default'), embedder: z.string().max(200).optional() }),
    answers: { 200: { description: 'False matches and misses by threshold.', schema: calibration } },
    async handle({ c, caller, query }) {
      const { owner } = caller
      const { collection } = query
      const current = await currentEmbedder(deps, owner, query.embedder)
      // With no face of it there is nothing to compare, whatever its weights.
      const embedder = { id: current?.id ?? '', digest: current?.digest ?? '' }
      return c.json(await calibrate(deps.people, { owner, collection, embedder }))
    },
  })
}

function reEnrolRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/api/v1/people/re-enrol',
    tag: 'People',
    summary: 'Bring people over to another embedder',
    description:
      'Vectors of different embedders cannot be compared. Runs the small pictures that were kept through the new one, ' +
      '50 people a call, and names those whose pictures have to be taken again.',
    scope: 'tasks',
    rate: 'generate',
    body: z.object({
      model: z.string().min(1).max(200).optional().meta({ description: 'Embedder. Absent: the default one.' }),
      collection: collectionName.optional(),
      cursor: z.string().max(1000).optional(),
    }),
    example: { collection: 'default' },
    answers: { 200: { description: 'What was done, and what is left.', schema: reEnrolment } },
    async handle({ c, caller, body }) {
      const signal = c.req.raw.signal
      return c.json(await reEnrol(deps.people, askerOf(caller), { ...body, probe: await blank(), signal }))
    },
  })
}

/** A picture without anybody. */
function blank(): Promise<Uint8Array> {
  const size = 64
  const data = new Uint8Array(size * size * 3).fill(128)
  return encodePicture({ width: size, height: size, channels: 3, data }, { format: 'png' })
}

function logRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/v1/people/log',
    tag: 'People',
    summary: 'What was done with people, the latest first',
    description: 'Outlives them: it holds ids and counts, no names, vectors or pictures.',
    scope: 'tasks',
    rate: 'status',
    query: z.object({
      person: z.uuid().optional(),
      before: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    answers: { 200: { description: 'Entries.', schema: z.object({ log: z.array(logView) }) } },
    async handle({ c, caller, query }) {
      const { person, before, limit } = query
      const rows = await people.log(deps.store, {
        owner: caller.owner,
        limit,
        ...(person === undefined ? {} : { person }),
        ...(before === undefined ? {} : { before }),
      })
      return c.json({ log: rows.map(viewLog) })
    },
  })
}
