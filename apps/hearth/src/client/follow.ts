import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '@hearth/config'
import { AppError, finalStates, type JobEvent, type JobView } from '@hearth/contract'
import { createFiles } from '@hearth/files'
import { progressBar } from '../terminal/progress-bar.ts'
import type { Client } from './api.ts'

export interface Followed {
  job: JobView
  /** What the command ends with: 0 succeeded, 1 failed, 130 cancelled. */
  code: number
  /** The outputs, a path or an address each; for an unsuccessful job why there are none. */
  lines: string[]
}

/** Seconds without any connection after which following is given up. The job goes on. */
const patience = 120

/**
 * Shows a job's progress until it is over. A broken connection is made again and what was missed is replayed.
 * @param signal cancels the job.
 */
export async function followJob(options: {
  client: Client
  config: Config
  job: JobView
  signal: AbortSignal
  quiet?: boolean
}): Promise<Followed> {
  const { client, config, job, signal, quiet } = options
  const bar = quiet ? undefined : progressBar()
  const onAbort = () => {
    client.cancelJob(job.id).catch((error: Error) => console.error(`It could not be cancelled: ${error.message}`))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    bar?.show('waiting for its turn')
    for await (const event of replayed(client, job.id)) show(event, bar)
  } finally {
    signal.removeEventListener('abort', onAbort)
    bar?.end()
  }
  const final = await client.job(job.id)
  return { job: final, ...outcome(final, client, config) }
}

function show(event: JobEvent, bar: ReturnType<typeof progressBar> | undefined): void {
  if (event.type === 'queued' && event.reason) bar?.show(`queued again: ${event.reason}`)
  if (event.type === 'started') bar?.show(`${event.model} on ${event.device}`)
  if (event.type === 'progress') bar?.show(event.message ?? 'working', event)
}

/** A job's events up to its last, each durable one once, over as many connections as it takes. */
async function* replayed(client: Client, id: string): AsyncGenerator<JobEvent> {
  let after = 0
  let lastHeard = Date.now()
  for (;;) {
    const connection = new AbortController()
    try {
      for await (const event of client.events(id, after, connection.signal)) {
        lastHeard = Date.now()
        const passing = event.type === 'preview' || event.type === 'progress'
        if (event.seq <= after && !passing) continue
        after = Math.max(after, event.seq)
        yield event
        if (finalStates.some(state => state === event.type)) return
      }
    } catch (error) {
      if (error instanceof AppError && !error.retryable) throw error
      if (Date.now() - lastHeard > patience * 1000) throw error
    } finally {
      connection.abort()
    }
    await delay(500)
  }
}

function outcome(job: JobView, client: Client, config: Config): { code: number; lines: string[] } {
  if (job.state === 'cancelled') return { code: 130, lines: ['Cancelled.'] }
  if (job.state === 'failed') {
    const { message = 'It failed.', hint } = job.error ?? {}
    return { code: 1, lines: hint ? [message, hint] : [message] }
  }
  const files = createFiles(config)
  const place = { id: job.id, created_at: new Date(job.created_at) }
  const lines = job.outputs.map(({ name, url }) =>
    client.local ? files.outputPath(place, name) : new URL(url, client.url).href,
  )
  return { code: 0, lines }
}
