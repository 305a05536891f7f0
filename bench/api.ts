/** Reads of a job's state by 64 clients at once, each on its own kept-alive connection. */
import { Agent, request } from 'node:http'
import { startTestInstance, type TestInstance } from '../packages/testing/src/instance.ts'
import { type Bench, percentile } from './bench.ts'

const clients = 64
const seconds = 10
const target = 500

export const bench: Bench = {
  name: 'api',
  async run(print) {
    const instance = await startTestInstance()
    try {
      const id = await finishedJob(instance)
      await load(instance, id, 2)
      const { times, errors } = await load(instance, id, seconds)
      const rate = times.length / seconds
      const p99 = percentile(times, 0.99)
      print(
        `${clients} clients, ${seconds} s: ${times.length} answers, ${errors} errors, p50 ${percentile(times, 0.5).toFixed(1)} ms`,
      )
      const base = { bench: 'api', peer: null }
      return [
        {
          ...base,
          metric: 'status reads a second',
          ours: rate,
          ratio: rate / target,
          target,
          ok: rate >= target && errors === 0,
        },
        {
          ...base,
          metric: 'p99 of a status read, ms (less is better)',
          ours: p99,
          ratio: p99 / 250,
          target: 250,
          ok: p99 <= 250,
        },
      ]
    } finally {
      await instance.stop()
    }
  },
}

async function finishedJob(instance: TestInstance): Promise<string> {
  const response = await instance.request('/api/v1/tasks/echo/jobs?wait=30', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: { text: 'bench' } }),
  })
  const job = (await response.json()) as { id: string; state: string }
  if (job.state !== 'succeeded') throw new Error(`the job ended as ${job.state}`)
  return job.id
}

async function load({ url, key }: TestInstance, id: string, duration: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const until = performance.now() + duration * 1000
  const times: number[] = []
  let errors = 0
  const client = async () => {
    while (performance.now() < until) {
      const began = performance.now()
      const status = await read(`${url}/api/v1/jobs/${id}`, key, agent)
      times.push(performance.now() - began)
      if (status !== 200) errors += 1
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  agent.destroy()
  return { times, errors }
}

function read(url: string, key: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const message = request(url, { agent, headers: { authorization: `Bearer ${key}` } }, response => {
      response.resume()
      response.once('end', () => resolve(response.statusCode ?? 0))
    })
    message.once('error', reject)
    message.end()
  })
}
