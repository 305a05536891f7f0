import { jobs, type Store } from '@hearth/store'
import fc from 'fast-check'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'
import { createApp } from '../app.ts'
import { isHttp } from '../dialects/dialect.ts'
import { dialects } from '../dialects/dialects.generated.ts'
import { fuzzEngine } from './fuzz-engine.ts'
import { fuzzPictures } from './fuzz-pictures.ts'
import type { Pictures } from './given-pictures.ts'
import { type Document, type FuzzRequest, fuzzRoutes, requests } from './requests.ts'

export interface FuzzReport {
  seed: number
  requests: number
  routes: number
  /** By status. */
  statuses: Record<string, number>
  /** Requests that were left while they waited for a job. */
  left: number
  /** Jobs that answers have told of. */
  named: Set<string>
  /** Requests that broke a rule, with the rule. */
  failures: { request: FuzzRequest | undefined; why: string }[]
}

/** Milliseconds after which the client goes away. */
const patience = 400

/**
 * Sends random requests, made from the description of the interface, to the whole app on real servers.
 * Rules: never a 5xx, but for what only a linked worker can do, since none runs here; every refusal is JSON; every
 * answer has a request id; there is no job that no answer has named, those apart whose client left while it waited.
 * What is answered at once is answered by a stand-in for the engine; doors are tried too.
 */
export async function fuzz(options: {
  count: number
  seed: number
  log?: (line: string) => void
}): Promise<FuzzReport> {
  const { count, seed, log } = options
  const settings = { HEARTH_RATE_GENERATE: '100000000', HEARTH_RATE_STATUS: '100000000', HEARTH_FETCH: '0' }
  const api = await startApi({ settings })
  try {
    await api.pretendWorker()
    // Throttled by address; here all come from one.
    Object.assign(api.deps.live, fuzzEngine(api.deps.models))
    const deps = { ...api.deps, limiter: { count: async () => ({ count: 0, left: 1000 }) } }
    const app = createApp(deps)
    const doors = new Map(
      dialects
        .filter(isHttp)
        .filter(({ doorOnly }) => doorOnly)
        .map(only => [only.id, createApp(deps, { only })] as const),
    )
    const document: Document = await (await api.ask('/api/openapi.json')).json()
    const atDoors = [...doors].flatMap(([door, { routes }]) =>
      routes.map(({ method, path }) => ({ method, path, door })),
    )
    const routes = fuzzRoutes(document, [...app.routes, ...atDoors])
    const pictures = await fuzzPictures()
    const person = await enrolSomebody(api, pictures)
    const first = await (await api.post('/api/v1/tasks/echo/jobs', { input: { text: 'x' } })).json()
    const names = [
      'echo',
      'text-to-image',
      'image-to-image',
      'starter',
      'echo-large-a',
      'image-0.png',
      first.id,
      'job.json',
      'default',
      person.id,
      person.face,
      `face_${person.id}`,
    ]
    const report: FuzzReport = {
      seed,
      requests: 0,
      routes: routes.length,
      statuses: {},
      left: 0,
      named: new Set([first.id]),
      failures: [],
    }
    let heard = 0
    for (const request of fc.sample(requests(routes, names, api.key, pictures), { numRuns: count, seed })) {
      const at = (request.door === undefined ? undefined : doors.get(request.door)) ?? app
      await judge(report, request, await send(at, request))
      report.requests += 1
      // A worker is gone when nothing was heard of it for ten seconds.
      if (performance.now() - heard > 2000) {
        await api.pretendWorker()
        heard = performance.now()
      }
      if (report.requests % 1000 === 0) log?.(`${report.requests} requests: ${JSON.stringify(report.statuses)}`)
    }
    const unnamed = (await allJobs(api.deps.store)).filter(id => !report.named.has(id))
    if (unnamed.length > report.left)
      report.failures.push({ request: undefined, why: `jobs that nobody was told of: ${unnamed}` })
    return report
  } finally {
    await api.stop()
  }
}

/** Somebody whom the routes of people can be asked about. */
async function enrolSomebody(api: ApiUnderTest, [png]: Pictures): Promise<{ id: string; face: string }> {
  const { person } = await (
    await api.post('/api/v1/people', {
      name: 'Ann',
      images: [`data:image/png;base64,${Buffer.from(png ?? []).toString('base64')}`],
      consent: { given_by: 'Ann', text_version: 'hearth-1' },
    })
  ).json()
  return { id: person.id, face: person.faces[0].id }
}

/** A right answer: what is answered at once needs a worker, and the one here is pretended. */
const withoutWorker = (status: number, text: string) => status === 503 && text.includes('no worker is linked')

type Sent = { status: number; type: string; text: string; id: string | null } | 'left'

async function send(app: ReturnType<typeof createApp>, { method, path, headers, body }: FuzzRequest): Promise<Sent> {
  const leave = new AbortController()
  const timer = setTimeout(() => leave.abort(), patience)
  try {
    const request = new Request(`http://localhost${path}`, {
      method,
      headers,
      signal: leave.signal,
      ...(body ? { body } : {}),
    })
    const answer = await app.fetch(request)
    const type = answer.headers.get('content-type') ?? ''
    const id = answer.headers.get('x-request-id')
    if (type.startsWith('text/event-stream')) {
      await answer.body?.cancel()
      return { status: answer.status, type, text: '', id }
    }
    return { status: answer.status, type, text: await answer.text(), id }
  } catch (error) {
    if (leave.signal.aborted) return 'left'
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function judge(report: FuzzReport, request: FuzzRequest, sent: Sent): Promise<void> {
  if (sent === 'left') {
    report.left += 1
    return
  }
  const { status, type, text, id } = sent
  report.statuses[status] = (report.statuses[status] ?? 0) + 1
  const fail = (why: string) => report.failures.push({ request, why: `${status}: ${why} ${text.slice(0, 300)}` })
  for (const [, id = ''] of text.matchAll(/([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})/g))
    report.named.add(id)
  if (status === 499) report.left += 1
  if (status >= 500 && !withoutWorker(status, text)) fail('a fault of ours')
  if (!id) fail('no request id')
  if (status >= 400 && status !== 416 && request.method !== 'HEAD' && !type.startsWith('application/json'))
    fail('no JSON')
}

async function allJobs(store: Store): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await jobs.list(store, { limit: 200, ...(cursor === undefined ? {} : { cursor }) })
    ids.push(...page.jobs.map(({ id }) => id))
    cursor = page.next_cursor
  }
  return ids
}
