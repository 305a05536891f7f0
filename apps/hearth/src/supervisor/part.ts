import type { Exit } from '@hearth/services'

/** A process that runs and is ready. */
export interface Running {
  pid: number
  exited: Promise<Exit>
  stop(): Promise<void>
}

/** One part of an instance, kept running. */
export interface Part {
  readonly name: string
  readonly pid: number | undefined
  /** Ends it for good. */
  stop(): Promise<void>
}

export interface PartOptions {
  name: string
  start(): Promise<Running>
  /** Told of ends, restarts and failed restarts. */
  say(line: string): void
  /** After the first start and each later one. */
  onStart?(pid: number): void
}

/** Milliseconds. */
const firstPause = 200
const longestPause = 10_000
/** Running for so long, a part counts as sound again. */
const sound = 5_000

/**
 * Starts a part and starts it again whenever it ends, with growing pauses while it keeps ending.
 * @throws what the first start throws.
 */
export async function keepRunning(options: PartOptions): Promise<Part> {
  const { name, start, say, onStart } = options
  let stopping = false
  let current: Running | undefined = await start()
  let wake: () => void = () => undefined
  onStart?.(current.pid)

  const pause = (time: number) =>
    new Promise<void>(resolve => {
      const timer = setTimeout(resolve, time)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const attempt = async (): Promise<Running | undefined> => {
    try {
      const next = await start()
      say(`${name} runs again`)
      onStart?.(next.pid)
      return next
    } catch (error) {
      say(`${name} does not start: ${(error as Error).message}`)
      return undefined
    }
  }

  const watch = async () => {
    let time = firstPause
    let began = Date.now()
    while (!stopping) {
      if (current) {
        const { code, signal } = await current.exited
        current = undefined
        if (stopping) return
        say(`${name} ended (${signal ?? `exit code ${code}`})`)
        if (Date.now() - began > sound) time = firstPause
      }
      await pause(time)
      time = Math.min(time * 2, longestPause)
      if (stopping) return
      began = Date.now()
      current = await attempt()
    }
  }
  const watched = watch()

  return {
    name,
    get pid() {
      return current?.pid
    },
    async stop() {
      stopping = true
      wake()
      await current?.stop()
      await watched
      // One that was being started when we were asked to stop.
      await current?.stop()
    },
  }
}
