import { setTimeout as delay } from 'node:timers/promises'
import { finalStates, type JobEvent, type JobState, type JobView, jobEvent, jobView } from '@hearth/contract'
import { z } from 'zod'
import type { TestInstance } from '../instance.ts'

export interface Order {
  task?: string
  model?: string
  input: Record<string, unknown>
  /** Another key than the owner's. */
  key?: string
}

const inAMoment = 30

/** Asks again and again until the answer is something. @throws Error naming what was waited for. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, seconds = inAMoment): Promise<T> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`)
    await delay(50)
  }
}

export function post(instance: TestInstance, path: string, body: unknown, key = instance.key): Promise<Response> {
  return fetch(new URL(path, instance.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  })
}

export function tryOrder(instance: TestInstance, { task = 'echo', key, ...body }: Order): Promise<Response> {
  return post(instance, `/api/v1/tasks/${task}/jobs`, body, key)
}

/** Queues a job. @throws Error with the answer if it is refused. */
export async function order(instance: TestInstance, wanted: Order): Promise<JobView> {
  const response = await tryOrder(instance, wanted)
  const text = await response.text()
  if (!response.ok) throw new Error(`refused with ${response.status}: ${text}`)
  return jobView.parse(JSON.parse(text))
}

export async function look(instance: TestInstance, id: string): Promise<JobView> {
  const response = await instance.request(`/api/v1/jobs/${id}`)
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status}: ${text}`)
  return jobView.parse(JSON.parse(text))
}

/** The job once it is in one of these states, through outages of everything. */
export function reach(instance: TestInstance, id: string, states: readonly JobState[], seconds = 60): Promise<JobView> {
  return until(
    `job ${id} to be ${states.join(' or ')}`,
    async () => {
      const response = await instance.request(`/api/v1/jobs/${id}`).catch(() => undefined)
      if (!response?.ok) return undefined
      const job = jobView.parse(await response.json())
      return states.includes(job.state) ? job : undefined
    },
    seconds,
  )
}

export const ended = (instance: TestInstance, id: string, seconds?: number) => reach(instance, id, finalStates, seconds)

/** The durable events of a job. @throws Error unless they are numbered 1, 2, 3 ... and the job ended once, at the end. */
export async function story(instance: TestInstance, id: string): Promise<JobEvent[]> {
  const response = await instance.request(`/api/v1/jobs/${id}/events?format=json`)
  const { events } = z.object({ events: z.array(jobEvent) }).parse(await response.json())
  const numbers = events.map(event => event.seq)
  if (numbers.some((seq, index) => seq !== index + 1)) throw new Error(`the events of ${id} are numbered ${numbers}`)
  const types = events.map(event => event.type)
  const ends = types.filter(type => type === 'succeeded' || type === 'failed' || type === 'cancelled')
  if (ends.length !== 1 || types.at(-1) !== ends[0]) throw new Error(`the events of ${id} are ${types}`)
  return events
}

/** Events of a job as they come over SSE, until it has ended. */
export async function* follow(instance: TestInstance, id: string): AsyncGenerator<JobEvent> {
  const response = await instance.request(`/api/v1/jobs/${id}/events`)
  if (!response.body) throw new Error('no stream')
  let rest = ''
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + piece).split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1]
      if (data !== undefined) yield jobEvent.parse(JSON.parse(data))
    }
  }
}
