/**
 * From a request to the start of its job, as a client sees it: the api, the row and its first event, the message, the
 * worker's claim and the news of it over a WebSocket. Against an empty queue, and with 50 jobs always waiting; there
 * from the news that the job before has ended.
 */
import { startTestInstance, type TestInstance } from '../packages/testing/src/instance.ts'
import { type Bench, percentile, type Result } from './bench.ts'

const samples = 200
const backlog = 50
const target = 8

export const bench: Bench = {
  name: 'queue',
  async run(print) {
    const instance = await startTestInstance()
    try {
      const news = await listen(instance)
      for (let n = 0; n < 20; n++) await oneByOne(instance, news)
      const alone: { accepted: number; started: number }[] = []
      for (let n = 0; n < samples; n++) alone.push(await oneByOne(instance, news))
      const accepted = alone.map(times => times.accepted)
      print(`${samples} requests, one after the other: answered after p50 ${percentile(accepted, 0.5).toFixed(1)} ms`)
      const behind = await withBacklog(instance, news)
      print(`${samples} starts with ${backlog} or more waiting; a request then: p50 ${behind.accepted.toFixed(1)} ms`)
      return [
        ...results(
          'request to started, none waiting',
          alone.map(times => times.started),
        ),
        ...results(`end of one to start of the next, ${backlog} waiting`, behind.handovers),
      ]
    } finally {
      await instance.stop()
    }
  },
}

function results(what: string, times: number[]): Result[] {
  return [0.5, 0.95, 0.99].map(share => {
    const ours = percentile(times, share)
    // The target is for the middle; the tails are told, not judged.
    const limit = share === 0.5 ? target : 10 * target
    const metric = `${what}, p${share * 100}, ms (less is better)`
    return { bench: 'queue', metric, ours, peer: null, ratio: ours / limit, target: limit, ok: ours <= limit }
  })
}

/** When the events of jobs arrive here. */
interface News {
  /** Milliseconds on the clock of `performance` at which it was heard of, also if that was before. */
  heard(job: string, type: string): Promise<number>
}

async function listen({ url, key }: TestInstance): Promise<News> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/jobs?key=${encodeURIComponent(key)}`)
  const times = new Map<string, number>()
  const waiting = new Map<string, (at: number) => void>()
  const ready = Promise.withResolvers<void>()
  socket.addEventListener('error', () => ready.reject(new Error('the socket broke')))
  socket.addEventListener('message', ({ data }) => {
    const at = performance.now()
    const message = JSON.parse(String(data)) as { type: string; event?: { job: string; type: string } }
    if (message.type === 'ready') ready.resolve()
    if (!message.event) return
    const name = `${message.event.job} ${message.event.type}`
    if (!times.has(name)) times.set(name, at)
    waiting.get(name)?.(at)
  })
  await ready.promise
  socket.send(JSON.stringify({ owner: true }))
  return {
    async heard(job, type) {
      const name = `${job} ${type}`
      const known = times.get(name)
      if (known !== undefined) return known
      const { promise, resolve } = Promise.withResolvers<number>()
      waiting.set(name, resolve)
      return promise
    },
  }
}

async function order(instance: TestInstance): Promise<string> {
  const response = await instance.request('/api/v1/tasks/echo/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: { text: 'bench', steps: 1 } }),
  })
  const job = (await response.json()) as { id?: string }
  if (!response.ok || job.id === undefined) throw new Error(`refused: ${JSON.stringify(job)}`)
  return job.id
}

async function oneByOne(instance: TestInstance, news: News): Promise<{ accepted: number; started: number }> {
  const began = performance.now()
  const id = await order(instance)
  const accepted = performance.now() - began
  const started = (await news.heard(id, 'started')) - began
  await news.heard(id, 'succeeded')
  return { accepted, started }
}

async function withBacklog(instance: TestInstance, news: News): Promise<{ handovers: number[]; accepted: number }> {
  const ids: string[] = []
  const accepted: number[] = []
  const queue = async () => {
    const began = performance.now()
    ids.push(await order(instance))
    accepted.push(performance.now() - began)
  }
  for (let n = 0; n < backlog + 10; n++) await queue()
  const handovers: number[] = []
  for (let n = 1; n <= samples; n++) {
    const [before, next] = [ids[n - 1], ids[n]]
    if (before === undefined || next === undefined) throw new Error('the queue ran empty')
    const [end, start] = await Promise.all([news.heard(before, 'succeeded'), news.heard(next, 'started')])
    handovers.push(start - end)
    await queue()
  }
  return { handovers, accepted: percentile(accepted, 0.5) }
}
