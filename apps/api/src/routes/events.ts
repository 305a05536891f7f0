import { finalStates, type JobEvent, jobEvent } from '@hearth/contract'
import { events } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { eventFrame, eventStream } from '../live/sse.ts'
import { createWatch } from '../live/watch.ts'
import { jobId, ownJob } from './jobs.ts'

const query = z.object({
  format: z.enum(['stream', 'json']).optional().meta({ description: 'json: what has happened so far, at once.' }),
  after: z.coerce.number().int().min(0).optional().meta({ description: 'Only events with a higher number.' }),
})

/** What happens to a job, as it happens. */
export function eventRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/jobs/{id}/events',
      tag: 'Jobs',
      summary: 'Follow a job',
      description:
        'Server-sent events: first what has happened, then what happens, until the job has ended. Durable events carry ' +
        'their number as id; a reader that reconnects with `Last-Event-ID` misses nothing and gets nothing twice. ' +
        'Progress and previews between them are passing and have none.',
      scope: 'tasks',
      rate: 'status',
      params: jobId,
      query,
      answers: {
        200: {
          description: 'The events; with `format=json` an object `{events}`.',
          mime: 'text/event-stream',
          schema: z.object({ events: z.array(jobEvent) }),
        },
      },
      async handle({ c, caller, params, query }) {
        const row = await ownJob(deps, caller, params.id)
        const last = /^\d{1,9}$/.exec(c.req.header('last-event-id') ?? '')?.[0]
        const after = last === undefined ? (query.after ?? 0) : Number(last)
        if (query.format === 'json') {
          return c.json({ events: await events.list(deps.store, { job: row.id, owner: row.owner, after }) })
        }
        // Nobody would ever read, or end, the stream behind the answer to a HEAD.
        if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' })
        return followJob(deps, row.id, row.owner, after, finalStates.includes(row.state) && after >= row.lastSeq)
      },
    }),
  ]
}

function followJob(deps: ApiDeps, id: string, owner: string, after: number, over: boolean): Response {
  return eventStream(writer => {
    let last = after
    const send = (event: JobEvent) => {
      const durable = event.seq > last
      if (!durable && writer.behind) return
      last = Math.max(last, event.seq)
      writer.write(eventFrame(event, durable))
      if (event.type === 'succeeded' || event.type === 'failed' || event.type === 'cancelled') writer.close()
    }
    const onFault = (error: unknown) => {
      deps.log.warn({ error, job: id }, 'a stream of events was cut')
      writer.close()
    }
    const watch = createWatch({ hub: deps.hub, store: deps.store, owner, send, onFault })
    if (over) queueMicrotask(() => writer.close())
    else watch.job(id, after).catch(onFault)
    return () => watch.close()
  })
}
