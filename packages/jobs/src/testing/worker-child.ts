import { openStore, workers } from '@hearth/store'
import { consume, openQueue } from '../index.ts'
import { pause } from '../pause.ts'

/** A worker process without engines: each job writes a few lines, a moment apart. Told what to do by its parent. */
export interface ChildOptions {
  databaseUrl: string
  redisUrl: string
  id: string
  host: string
  concurrency: number
  /** Milliseconds that a job takes. */
  work: number
}

export type ChildReport = { type: 'claimed' | 'finished'; job: string; attempt: number }

process.on('disconnect', () => process.exit(1))
process.once('message', message => {
  const options: ChildOptions = JSON.parse(String(message))
  run(options).catch(error => {
    console.error(error)
    process.exit(1)
  })
})

async function run({ databaseUrl, redisUrl, id, host, concurrency, work }: ChildOptions): Promise<void> {
  const store = openStore({ url: databaseUrl, max: 4, onFault: () => {} })
  const queue = openQueue({ redisUrl, store, prefix: 'test', onFault: () => {} })
  const tell = (report: ChildReport) => process.send?.(report)
  const view = { id, host, pid: process.pid, version: '0', seen_at: '', devices: [], residents: [] }
  const beat = () => workers.beat(store, { ...view, seen_at: new Date().toISOString() })
  await beat()
  setInterval(() => beat().catch(() => undefined), 300)
  const stop = new AbortController()
  process.on('SIGTERM', () => stop.abort())
  await consume(queue, {
    worker: { id, host },
    concurrency,
    signal: stop.signal,
    aliveMaxAge: 2,
    reconcileEvery: 0.5,
    drainGrace: 0.2,
    async handle(row, job) {
      if (!(await job.claim('cpu:0'))) return
      tell({ type: 'claimed', job: row.id, attempt: row.attempt })
      for (let line = 1; line <= 4; line++) {
        void job.append({ type: 'log', level: 'info', message: `${row.attempt}.${line}` })
        job.progress({ done: line, total: 4 })
        await pause(work / 4, job.signal)
        job.signal.throwIfAborted()
      }
      if (await job.finish({ state: 'succeeded', output: row.attempt, outputs: [] })) {
        tell({ type: 'finished', job: row.id, attempt: row.attempt })
      }
    },
  })
  process.exit(0)
}
