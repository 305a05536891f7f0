import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  AppError,
  type Checkpoint,
  type LogLevel,
  type NewFile,
  type OutputFile,
  type Placement,
  toAppError,
} from '@hearth/contract'
import type { Answer, FromEngine, Question, RunRequest, ToEngine } from './protocol.ts'

const program = fileURLToPath(new URL('./child.ts', import.meta.url))
/** Lines of output that are kept to explain a crash. */
const keptLines = 20
/** Milliseconds that a model has to free what it holds. */
const endGrace = 2_000

/** How an engine process ended, and what it said last. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  lines: readonly string[]
}

/** The engine process died under a load or a run without having been told to. */
export class EngineCrash extends Error {
  override name = 'EngineCrash'
  readonly exit: Exit

  constructor(exit: Exit) {
    const how = exit.signal ?? `code ${exit.code}`
    const said = exit.lines.slice(-5).join(' | ')
    super(`the engine process ended with ${how}${said === '' ? '' : `; it said last: ${said}`}`)
    this.exit = exit
  }
}

/** What a run does besides computing. */
export interface RunEvents {
  progress(done: number, total: number, message?: string): void
  preview(image: Uint8Array, mime: string): void
  log(level: LogLevel, message: string): void
  chunk?(value: unknown): void
  save(file: NewFile): Promise<OutputFile>
  /** Path of the file behind an input reference. */
  path(reference: string): Promise<string>
  /** Answer of a noun's keeper. */
  ask(noun: string, question: unknown): Promise<unknown>
}

export interface EngineOptions {
  environment: Record<string, string>
  testFamilies: boolean
  /** Milliseconds that a run has to answer an abort before the process is killed. */
  cancelGrace: number
  /** Told of each line that the process prints. */
  onLine?(line: string): void
}

type LoadOutcome = Extract<FromEngine, { type: 'loaded' | 'load-failed' }>
type RunOutcome = Extract<FromEngine, { type: 'done' | 'failed' }>

interface Pending<T> {
  resolve(message: T): void
  reject(error: Error): void
}
type OpenRun = Pending<RunOutcome> & { signal: AbortSignal; events: RunEvents }

export interface RunResult {
  output: unknown
  /** What the run took inside the process. */
  milliseconds: number
}

/**
 * One engine process: started here, ended here, its death reported. One load, then one run at a time, or as many as its
 * family can do at once.
 */
export class Engine {
  readonly #child: ChildProcess
  readonly #options: EngineOptions
  readonly #lines: string[] = []
  readonly #runs = new Map<string, OpenRun>()
  #loading: Pending<LoadOutcome> | undefined
  #exit: Exit | undefined
  /** Resolves when the process is gone, whatever the cause. */
  readonly exited: Promise<Exit>
  /** RAM that the model was last measured to take, in bytes. */
  bytes = 0

  constructor(options: EngineOptions) {
    this.#options = options
    this.#child = fork(program, [], {
      env: { NODE_ENV: 'production', ...options.environment },
      // MB. Left to itself, the heap of young objects grows to 128 MB in a process that looks at frames for hours.
      execArgv: ['--max-semi-space-size=8'],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child.on('message', message => this.#receive(message as FromEngine))
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', line => this.#keep(line))
    }
    this.exited = new Promise(resolve => {
      // `close` comes after the last line; where no process could be started there is only `error`.
      this.#child.on('close', (code, signal) => resolve({ code, signal, lines: this.#lines }))
      this.#child.on('error', error => {
        this.#keep(error.message)
        if (this.#child.pid === undefined) resolve({ code: null, signal: null, lines: this.#lines })
      })
    })
    void this.exited.then(exit => {
      this.#exit = exit
      for (const open of [this.#loading, ...this.#runs.values()]) open?.reject(new EngineCrash(exit))
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Loads the model; an abort kills the process. @throws AppError of the family's loader, EngineCrash. */
  async load(checkpoint: Checkpoint, placement: Placement, signal: AbortSignal): Promise<void> {
    const { testFamilies } = this.#options
    const kill = () => this.kill()
    signal.addEventListener('abort', kill)
    try {
      const outcome = await this.#exchange<LoadOutcome>(
        { type: 'load', checkpoint, placement, testFamilies },
        pending => {
          this.#loading = pending
        },
      )
      if (outcome.type === 'load-failed') throw AppError.from(outcome.error)
      this.bytes = outcome.bytes
    } finally {
      this.#loading = undefined
      signal.removeEventListener('abort', kill)
    }
  }

  /**
   * Runs a task and gives its output. After an abort the run has `cancelGrace` to end; then its process is killed, and
   * with it what else runs there.
   * @throws AppError (`cancelled` after an abort), EngineCrash.
   */
  async run(request: RunRequest, events: RunEvents, signal: AbortSignal): Promise<RunResult> {
    let timer: NodeJS.Timeout | undefined
    const stop = () => {
      this.#send({ type: 'cancel', run: request.run })
      timer = setTimeout(() => this.kill(), this.#options.cancelGrace)
    }
    try {
      const answered = this.#exchange<RunOutcome>({ type: 'run', ...request }, pending => {
        this.#runs.set(request.run, { ...pending, signal, events })
      })
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop)
      const outcome = await answered
      this.bytes = outcome.bytes
      if (outcome.type === 'failed') throw AppError.from(outcome.error)
      return { output: outcome.output, milliseconds: outcome.milliseconds }
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      this.#runs.delete(request.run)
    }
  }

  /** Lets go of what the runs of a stream remember. */
  forget(stream: string): void {
    this.#send({ type: 'forget', stream })
  }

  /** Asks the process to end, and kills it if it does not. Resolves when it is gone. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.kill(), endGrace)
    this.#send({ type: 'end' })
    await this.exited
    clearTimeout(timer)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #exchange<T>(message: ToEngine, expect: (pending: Pending<T>) => void): Promise<T> {
    if (this.#exit) return Promise.reject(new EngineCrash(this.#exit))
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    expect({ resolve, reject })
    this.#send(message)
    return promise
  }

  /** A message that can no longer be delivered is no news of its own: `exited` tells. */
  #send(message: ToEngine): void {
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  #receive(message: FromEngine): void {
    if (message.type === 'loaded' || message.type === 'load-failed') {
      this.#loading?.resolve(message)
      return
    }
    const run = this.#runs.get(message.run)
    // What a run that is over still says is of no interest.
    if (!run) return
    const { events } = run
    if (message.type === 'done' || message.type === 'failed') run.resolve(message)
    else if (message.type === 'progress') events.progress(message.done, message.total, message.message)
    else if (message.type === 'preview') events.preview(message.image, message.mime)
    else if (message.type === 'log') events.log(message.level, message.message)
    else if (message.type === 'chunk') events.chunk?.(message.value)
    else void this.#answer(message.ask, message.question, run)
  }

  async #answer(ask: number, question: Question, { signal, events }: { signal: AbortSignal; events: RunEvents }) {
    const answer = await answerQuestion(question, signal, events).catch(
      (thrown): Answer => ({ kind: 'refused', error: toAppError(thrown).report() }),
    )
    this.#send({ type: 'answer', ask, answer })
  }

  #keep(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > keptLines) this.#lines.shift()
    this.#options.onLine?.(line)
  }
}

async function answerQuestion(question: Question, signal: AbortSignal, events: RunEvents): Promise<Answer> {
  if (signal.aborted) throw new AppError('cancelled', 'the run was cancelled')
  if (question.kind === 'save') return { kind: 'saved', file: await events.save(question.file) }
  if (question.kind === 'ask') return { kind: 'told', answer: await events.ask(question.noun, question.question) }
  return { kind: 'path', path: await events.path(question.reference) }
}
