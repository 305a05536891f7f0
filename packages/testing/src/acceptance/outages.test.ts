import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startTestInstance, type TestInstance } from '../instance.ts'
import { ended, order, story, tryOrder, until } from './jobs.ts'

let hearth: TestInstance
beforeAll(async () => {
  hearth = await startTestInstance({ env: { HEARTH_JOBS_PER_DEVICE: '2' } })
})
afterAll(() => hearth?.stop())

const counts = z.object({ queue: z.object({ queued: z.number(), running: z.number() }) })
const health = z.object({ reasons: z.array(z.string()) })

/** Two running jobs that take some seconds, and so many that wait behind them. */
async function twoRunAndManyWait(waiting: number): Promise<string[]> {
  const long = { input: { text: 'long', steps: 100, step_ms: 30 } }
  const first = [
    await order(hearth, { ...long, model: 'echo' }),
    // A model of its own: one engine runs one job at a time.
    await order(hearth, { ...long, model: 'echo-large-a' }),
  ]
  await until('two to run', async () => ((await queue()).running === 2 ? true : undefined))
  const short = Array.from({ length: waiting }, () => order(hearth, { input: { text: 'short', steps: 1 } }))
  const ids = [...first, ...(await Promise.all(short))].map(job => job.id)
  expect(await queue()).toEqual({ queued: waiting, running: 2 })
  return ids
}

async function queue() {
  return counts.parse(await (await hearth.request('/api/v1/system')).json()).queue
}

async function allSucceedOnce(ids: string[]): Promise<void> {
  for (const id of ids) {
    expect((await ended(hearth, id)).state).toBe('succeeded')
    expect((await story(hearth, id)).at(-1)?.type).toBe('succeeded')
  }
}

function kill(...parts: ('postgres' | 'valkey' | 'api' | 'worker')[]): void {
  const pids = hearth.pids()
  for (const part of parts) process.kill(pids[part] ?? Number.NaN, 'SIGKILL')
}

/** Every part has another process than before. */
function areBack(before: Record<string, number>, ...parts: string[]): Promise<boolean> {
  return until(`${parts.join(' and ')} to be back`, async () => {
    const now = hearth.pids()
    return parts.every(part => now[part] !== before[part]) || undefined
  })
}

const askHealth = async () => {
  const answer = await fetch(`${hearth.url}/health`)
  return { status: answer.status, ...health.parse(await answer.json()) }
}

describe('a whole instance', () => {
  it('finishes everything once after the queue server and all its data are gone', async () => {
    const ids = await twoRunAndManyWait(20)
    const before = hearth.pids()
    kill('valkey')
    rmSync(join(hearth.data, '.hearth/valkey/appendonlydir'), { recursive: true })
    await areBack(before, 'valkey')
    await allSucceedOnce(ids)
  })

  it('keeps what it accepted while both servers are down, and says so to new requests', async () => {
    const ids = await twoRunAndManyWait(5)
    const before = hearth.pids()
    kill('postgres', 'valkey')
    const refusals: (string | null)[] = []
    const accepted = await until('a request to be accepted again', async () => {
      const response = await tryOrder(hearth, { input: { text: 'after' } })
      if (response.ok) return ((await response.json()) as { id: string }).id
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({ error: { code: 'unavailable', retryable: true } })
      refusals.push(response.headers.get('retry-after'))
      return undefined
    })
    expect(refusals.length).toBeGreaterThan(0)
    for (const seconds of refusals) expect(Number(seconds)).toBeGreaterThan(0)
    await areBack(before, 'postgres', 'valkey')
    await allSucceedOnce([...ids, accepted])
  })

  it('goes on after api and worker were killed together', async () => {
    const ids = await twoRunAndManyWait(3)
    const before = hearth.pids()
    kill('api', 'worker')
    await areBack(before, 'api', 'worker')
    await allSucceedOnce(ids)
  })

  it('tells whether a job could be run', async () => {
    await until('health', async () => ((await askHealth()).status === 200 ? true : undefined))
    const { worker = Number.NaN } = hearth.pids()
    process.kill(worker, 'SIGSTOP')
    const ill = await until('the silence to be noticed', async () => {
      const answer = await askHealth()
      return answer.status === 200 ? undefined : answer
    })
    expect(ill).toMatchObject({ status: 503, reasons: ['no worker is running'] })
    process.kill(worker, 'SIGCONT')
    await until('health again', async () => ((await askHealth()).status === 200 ? true : undefined))
    await allSucceedOnce([(await order(hearth, { input: { text: 'well again' } })).id])
  })
})
