import { finalStates, type JobEvent, type JobState } from '@hearth/contract'
import { events, type JobRow, jobs } from '@hearth/store'
import { startTestStore, type TestStore } from '@hearth/testing/store'
import { type ConsumeOptions, consume, type Fault, type JobHandle, type JobQueue, openQueue, submit } from '../index.ts'

export interface Rig extends TestStore {
  owner1: string
  queue: JobQueue
  /** What the queues reported, connection trouble included. */
  faults: Fault[]
  /** Everything heard on the bus. */
  heard: JobEvent[]
  open(prefix?: string): JobQueue
  submit(extra?: Partial<Parameters<typeof submit>[1]>): Promise<JobRow>
  /** Starts a consumer; the returned function stops it and waits for the end. */
  consume(handle: ConsumeOptions['handle'], options?: Partial<ConsumeOptions>): () => Promise<void>
  /** Resolves with the row once the job is in one of these states. */
  until(id: string, ...states: JobState[]): Promise<JobRow>
  /** Throws unless the events are numbered 1, 2, 3 ...; returns their types. */
  story(id: string): Promise<string[]>
}

export async function startRig(): Promise<Rig> {
  const base = await startTestStore()
  const faults: Fault[] = []
  const heard: JobEvent[] = []
  const queues: JobQueue[] = []
  const stops: (() => Promise<void>)[] = []
  const owner1 = await base.owner()
  const open = (prefix = 'test') => {
    const queue = openQueue({
      redisUrl: base.services.redisUrl,
      store: base.store,
      prefix,
      onFault: fault => faults.push(fault),
    })
    queues.push(queue)
    return queue
  }
  const queue = open()
  queue.bus.subscribe(event => heard.push(event))
  await queue.bus.listening()
  let workers = 0

  return {
    ...base,
    owner1,
    queue,
    faults,
    heard,
    open,
    submit: async (extra = {}) =>
      (await submit(queue, { task: 'draw', owner: owner1, model: 'm', family: 'f', input: {}, ...extra })).job,
    consume(handle, options = {}) {
      const stop = new AbortController()
      workers += 1
      const worker = { id: `w${workers}`, host: `host${workers}` }
      const done = consume(open(), {
        worker,
        concurrency: 1,
        signal: stop.signal,
        handle,
        ...options,
      })
      const end = () => {
        stop.abort()
        return done
      }
      stops.push(end)
      return end
    },
    until: (id, ...states) => until(base, queue, id, states),
    async story(id) {
      const list = await events.list(base.store, { job: id })
      const numbers = list.map(event => event.seq)
      if (numbers.some((seq, index) => seq !== index + 1)) throw new Error(`events of ${id} have a gap: ${numbers}`)
      return list.map(event => event.type)
    },
    async stop() {
      await Promise.all(stops.map(stop => stop()))
      await Promise.all(queues.map(queue => queue.close()))
      await base.stop()
    },
  }
}

/** Looks at the row whenever an event of the job comes by, and every so often for when the bus is away. */
async function until({ store }: TestStore, queue: JobQueue, id: string, states: JobState[]): Promise<JobRow> {
  const wanted = states.length > 0 ? states : finalStates
  const { promise, resolve } = Promise.withResolvers<JobRow>()
  const look = () =>
    jobs.get(store, { id }).then(
      row => {
        if (row && wanted.includes(row.state)) resolve(row)
      },
      () => undefined,
    )
  const forget = queue.bus.subscribe(event => {
    if (event.job === id) void look()
  })
  const timer = setInterval(look, 100)
  await look()
  try {
    return await promise
  } finally {
    forget()
    clearInterval(timer)
  }
}

/** Claims and succeeds at once. */
export async function succeed(_row: JobRow, job: JobHandle): Promise<void> {
  if (await job.claim('cpu:0')) await job.finish({ state: 'succeeded', output: null, outputs: [] })
}

/** Resolves when the signal is aborted, with its reason. */
export function reasonOf(signal: AbortSignal): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  if (signal.aborted) resolve(signal.reason)
  signal.addEventListener('abort', () => resolve(signal.reason))
  return promise
}
