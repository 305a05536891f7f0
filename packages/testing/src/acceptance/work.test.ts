import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobView } from '@hearth/contract'
import { keys, openStore, owners } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startTestInstance, type TestInstance } from '../instance.ts'
import { ended, follow, look, order, post, reach, until } from './jobs.ts'

let hearth: TestInstance
beforeAll(async () => {
  hearth = await startTestInstance()
})
afterAll(() => hearth?.stop())

const system = z.object({
  workers: z.array(z.object({ residents: z.array(z.object({ model: z.string(), pid: z.int().nullable() })) })),
})

/** Process of the engine that holds a model. */
async function engineOf(model: string): Promise<number> {
  const { workers } = system.parse(await (await hearth.request('/api/v1/system')).json())
  const pid = workers.flatMap(({ residents }) => residents).find(resident => resident.model === model)?.pid
  if (!pid) throw new Error(`${model} is not in memory`)
  return pid
}

async function newKey(name: string): Promise<string> {
  const made = await post(hearth, '/api/v1/keys', { name, scopes: ['tasks'] })
  return z.object({ secret: z.string() }).parse(await made.json()).secret
}

const draw = (input: Record<string, unknown>) => order(hearth, { task: 'text-to-image', model: 'starter', input })

/** Names in the output folders and among what is being written. */
function filesOf(job: JobView): string[] {
  const outputs = join(hearth.data, 'outputs')
  return existsSync(outputs)
    ? readdirSync(outputs, { recursive: true, encoding: 'utf8' }).filter(path => path.includes(job.id))
    : []
}

describe('turns', () => {
  it("let a key's first job through, however many another key has waiting", async () => {
    const [many, few] = [await newKey('many'), await newKey('few')]
    const blocker = await order(hearth, { key: many, input: { text: 'blocker', steps: 50, step_ms: 50 } })
    await reach(hearth, blocker.id, ['running'])
    const short = { input: { text: 'short', steps: 1 } }
    const backlog = await Promise.all(Array.from({ length: 60 }, () => order(hearth, { ...short, key: many })))
    const first = await order(hearth, { ...short, key: few })
    expect(first.queue_position).toBe(1)
    expect((await look(hearth, blocker.id)).state).toBe('running')
    const all = await Promise.all([...backlog, first].map(job => ended(hearth, job.id)))
    const inOrder = all.toSorted((a, b) => (a.started_at ?? '').localeCompare(b.started_at ?? ''))
    expect(inOrder.findIndex(job => job.id === first.id)).toBeLessThan(2)
  })
})

describe('a cancel', () => {
  it('ends a waiting job at once', async () => {
    const blocker = await order(hearth, { input: { text: 'blocker', steps: 100, step_ms: 50 } })
    await reach(hearth, blocker.id, ['running'])
    const waiting = await order(hearth, { input: { text: 'never' } })
    const answer = await post(hearth, `/api/v1/jobs/${waiting.id}/cancel`, {})
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ state: 'cancelled', started_at: null })
    expect((await post(hearth, `/api/v1/jobs/${blocker.id}/cancel`, {})).status).toBe(202)
    expect((await ended(hearth, blocker.id)).state).toBe('cancelled')
    expect([...filesOf(waiting), ...filesOf(blocker)]).toEqual([])
  })

  it('ends a running picture within two steps and keeps nothing', async () => {
    // Large enough for a step to take longer than a request.
    const job = await draw({ prompt: 'red apple', steps: 100, width: 256, height: 256 })
    let last = 0
    let lastBeforeCancel: number | undefined
    for await (const event of follow(hearth, job.id)) {
      if (event.type !== 'progress' || event.total !== 100) continue
      last = event.done
      if (event.done < 3 || lastBeforeCancel !== undefined) continue
      lastBeforeCancel = event.done
      expect((await post(hearth, `/api/v1/jobs/${job.id}/cancel`, {})).status).toBe(202)
    }
    const end = await look(hearth, job.id)
    expect(end).toMatchObject({ state: 'cancelled', outputs: [], output: null })
    expect(lastBeforeCancel).toBeGreaterThanOrEqual(3)
    expect(Math.max(last, end.progress?.done ?? 0) - (lastBeforeCancel ?? 0)).toBeLessThanOrEqual(2)
    expect(filesOf(job)).toEqual([])
  })
})

describe('pictures', () => {
  const drawing = { prompt: 'red apple', steps: 4, seed: 7 }

  it('are drawn by the model that is in memory, loaded once', async () => {
    const first = await ended(hearth, (await draw(drawing)).id)
    const engine = await engineOf('starter')
    const again = await draw(drawing)
    const told: (string | undefined)[] = []
    for await (const event of follow(hearth, again.id)) if (event.type === 'progress') told.push(event.message)
    expect(await engineOf('starter')).toBe(engine)
    expect(told).not.toContain('loading the model')
    const second = await ended(hearth, again.id)
    // The same seed gives the same picture.
    expect(second.outputs.map(({ sha256 }) => sha256)).toEqual(first.outputs.map(({ sha256 }) => sha256))
  })

  it('are served to their owner, whole or in part, and to nobody else without a link', async () => {
    const { id, outputs } = await ended(hearth, (await draw(drawing)).id)
    const { url = '', sha256, bytes, mime } = outputs[0] ?? {}
    const whole = await hearth.request(url)
    const picture = Buffer.from(await whole.arrayBuffer())
    expect(createHash('sha256').update(picture).digest('hex')).toBe(sha256)
    expect(whole.headers.get('content-type')).toBe(mime)
    expect(whole.headers.get('content-security-policy')).toMatch(/^sandbox/)
    const etag = whole.headers.get('etag') ?? ''
    const known = await hearth.request(url, { headers: { 'if-none-match': etag } })
    expect([known.status, await known.text()]).toEqual([304, ''])
    const part = await hearth.request(url, { headers: { range: 'bytes=4-11' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 4-11/${bytes}`])
    expect(Buffer.from(await part.arrayBuffer())).toEqual(picture.subarray(4, 12))
    expect(JSON.parse(readFileSync(join(folderOf(id), 'job.json'), 'utf8'))).toMatchObject({ id, seed: 7 })

    const stranger = { authorization: `Bearer ${await keyOfAnotherOwner()}` }
    expect((await fetch(`${hearth.url}${url}`, { headers: stranger })).status).toBe(404)
    expect((await fetch(`${hearth.url}${url}`)).status).toBe(401)
    const made = await post(hearth, `${url}/link?seconds=1`, {})
    const link = `${hearth.url}${z.object({ url: z.string() }).parse(await made.json()).url}`
    const [open, changed] = [await fetch(link), await fetch(link.replace('signature=', 'signature=A'))]
    expect([open.status, changed.status]).toEqual([200, 403])
    expect(Buffer.from(await open.arrayBuffer())).toEqual(picture)
    await until('the link to expire', async () => ((await fetch(link)).status === 403 ? true : undefined), 5)
  })

  it('carry what they were drawn from', async () => {
    const { outputs } = await ended(hearth, (await draw({ ...drawing, negative_prompt: 'blue' })).id)
    const png = Buffer.from(await (await hearth.request(outputs[0]?.url ?? '')).arrayBuffer())
    const text = textOf(png, 'parameters')
    expect(text).toMatch(/^red apple\nNegative prompt: blue\nSteps: 4, /)
    expect(text).toMatch(/Seed: 7\b.*Size: 128x128/)
  })
})

/** Content of a PNG's text chunk of that name. */
function textOf(png: Buffer, name: string): string | undefined {
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const type = png.toString('latin1', at + 4, at + 8)
    const content = png.subarray(at + 8, at + 8 + png.readUInt32BE(at))
    const end = content.indexOf(0)
    if (content.toString('latin1', 0, end) !== name) continue
    // In iTXt two bytes and two empty texts stand before the content.
    if (type === 'tEXt') return content.toString('latin1', end + 1)
    if (type === 'iTXt') return content.toString('utf8', end + 5)
  }
  return undefined
}

function folderOf(id: string): string {
  const outputs = join(hearth.data, 'outputs')
  const found = readdirSync(outputs, { recursive: true, encoding: 'utf8' }).find(path => path.endsWith(id))
  if (found === undefined) throw new Error(`there is no folder of ${id}`)
  return join(outputs, found)
}

/** There is one owner on a machine; more come with accounts, which the store knows already. */
async function keyOfAnotherOwner(): Promise<string> {
  const run = z.object({ database_url: z.string() })
  const { database_url } = run.parse(JSON.parse(readFileSync(join(hearth.data, '.hearth/run.json'), 'utf8')))
  const store = openStore({ url: database_url, max: 1 })
  try {
    const { id } = await owners.create(store, { name: 'stranger' })
    return (await keys.create(store, { owner: id, name: 'stranger', scopes: ['tasks'] })).secret
  } finally {
    await store.close()
  }
}
