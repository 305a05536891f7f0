import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JobEvent, type JobView, jobEvent, jobView } from '@hearth/contract'
import { decodePicture } from '@hearth/media'
import { z } from 'zod'
import type { Instance } from './instance.ts'
import { type Accepted, ask, authorised } from './load.ts'

export interface Verdict {
  states: Record<string, number>
  /** Attempts beyond the first. */
  repeats: number
  violations: string[]
}

/** Holds every accepted job against what it told, what the database holds and what lies on the disk. */
export async function verify(instance: Instance, accepted: readonly Accepted[]): Promise<Verdict> {
  const verdict: Verdict = { states: {}, repeats: 0, violations: [] }
  for (const expected of accepted) {
    const job = jobView.parse(await read(instance, `/api/v1/jobs/${expected.id}`))
    const { events } = z
      .object({ events: z.array(jobEvent) })
      .parse(await read(instance, `/api/v1/jobs/${expected.id}/events?format=json`))
    verdict.states[job.state] = (verdict.states[job.state] ?? 0) + 1
    verdict.repeats += job.attempt - 1
    const found = [
      ...checkState(expected, job, events),
      ...checkEvents(job, events),
      ...(await checkOutputs(instance, expected, job)),
    ]
    verdict.violations.push(...found.map(text => `${job.id} (${job.state}): ${text}`))
  }
  verdict.violations.push(...checkFolders(instance, accepted))
  return verdict
}

async function read(instance: Instance, path: string): Promise<unknown> {
  const answer = await ask(`${instance.url}${path}`, { headers: authorised(instance) })
  if (answer?.status !== 200) throw new Error(`${path} answered ${answer?.status ?? 'nothing'}: ${answer?.text}`)
  return JSON.parse(answer.text)
}

/** Whether it ended as it had to. */
function checkState(expected: Accepted, job: JobView, events: readonly JobEvent[]): string[] {
  if (job.state === 'cancelled') return expected.cancelled ? [] : ['nobody cancelled it']
  if (job.state === 'succeeded') return expected.fails ? ['it had to fail'] : []
  if (job.state !== 'failed') return ['it has not ended']
  if (expected.fails && job.error?.message.includes('as asked')) return []
  const again = events.filter(event => event.type === 'queued').length - 1
  if (job.error?.code === 'engine-crashed' && again >= 1) return []
  return [`it failed after ${again} repeats: ${job.error?.code} ${job.error?.message}`]
}

/** Whether the numbers run from 1 without a gap, attempts never go back, and it ended once, at the end. */
function checkEvents(job: JobView, events: readonly JobEvent[]): string[] {
  const found: string[] = []
  events.forEach((event, index) => {
    if (event.seq !== index + 1) found.push(`event ${index + 1} has the number ${event.seq}`)
  })
  const ends = events.filter(({ type }) => type === 'succeeded' || type === 'failed' || type === 'cancelled')
  if (ends.length !== 1) found.push(`it ended ${ends.length} times`)
  const last = events.at(-1)
  if (last?.type !== job.state) found.push(`its last event is ${last?.type}`)
  if (last?.seq !== job.last_seq) found.push(`last_seq is ${job.last_seq}, the last event has ${last?.seq}`)
  const attempts = events.flatMap(event => (event.type === 'started' ? [event.attempt] : []))
  if (attempts.some((attempt, index) => attempt <= (attempts[index - 1] ?? 0))) found.push(`attempts ran ${attempts}`)
  return found
}

/** Whether a succeeded job has exactly its outputs, whole, and any other none. */
async function checkOutputs(instance: Instance, expected: Accepted, job: JobView): Promise<string[]> {
  const folder = join(instance.data, 'outputs', job.created_at.slice(0, 10), job.id)
  const names = existsSync(folder) ? readdirSync(folder).sort() : []
  const wanted = job.state === 'succeeded' ? ['job.json', ...job.outputs.map(({ name }) => name)].sort() : []
  if (names.join() !== wanted.join()) return [`its folder holds [${names}] instead of [${wanted}]`]
  if (job.state !== 'succeeded') return []
  const found: string[] = []
  for (const { name, bytes, sha256, mime } of job.outputs) {
    const content = readFileSync(join(folder, name))
    if (content.length !== bytes) found.push(`${name} has ${content.length} bytes instead of ${bytes}`)
    if (createHash('sha256').update(content).digest('hex') !== sha256) found.push(`${name} is not what was made`)
    if (mime.startsWith('image/')) {
      const picture = await decodePicture(content)
      if (picture.width < 8) found.push(`${name} is no picture`)
    }
  }
  if (expected.task === 'echo') {
    if (readFileSync(join(folder, 'echo.txt'), 'utf8') !== expected.text) found.push('echo.txt holds another text')
    const files = expected.bytes > 0 ? 2 : 1
    if (job.outputs.length !== files) found.push(`it has ${job.outputs.length} outputs instead of ${files}`)
  }
  return found
}

/** Whether there is nothing on the disk that no accepted job owns. */
function checkFolders(instance: Instance, accepted: readonly Accepted[]): string[] {
  const outputs = join(instance.data, 'outputs')
  const known = new Set(accepted.map(({ id }) => id))
  const days = existsSync(outputs) ? readdirSync(outputs).filter(name => /^\d{4}-/.test(name)) : []
  return days
    .flatMap(day => readdirSync(join(outputs, day)))
    .filter(id => !known.has(id))
    .map(id => `outputs hold ${id}, which nobody was told of`)
}
