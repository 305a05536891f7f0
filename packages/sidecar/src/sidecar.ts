import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { childEnvironment } from '@hearth/config'
import { AppError, type LogLevel } from '@hearth/contract'
import type { z } from 'zod'
import { sidecarFolder, usablePython } from './environment.ts'
import { type SidecarEvent, type SidecarMessage, sidecarEvent } from './messages.ts'

/** Lines of stderr that are kept to explain a crash. */
const keptLines = 20

interface StartOptions {
  /** Name of the environment, such as `speech`. */
  environment: string
  /** Module of `hearth_sidecar`. */
  module: string
  threads: number
}

/** What is done with the answer to a request. */
export interface SidecarRun<T> {
  result: z.ZodType<T>
  signal?: AbortSignal
  progress?(done: number, total: number): void
  chunk?(value: unknown): void
  log?(level: LogLevel, message: string): void
}

interface Open {
  run: SidecarRun<unknown>
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** Starts a program in Python that holds a model. @throws AppError `unavailable` without its environment. */
export async function startSidecar({ environment, module, threads }: StartOptions): Promise<Sidecar> {
  const python = await usablePython(environment)
  // No setting reaches it. What takes no thread count as an argument looks into the environment.
  const given = childEnvironment([], {
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
    HF_HUB_OFFLINE: '1',
    PYTHONUNBUFFERED: '1',
    PYTHONUTF8: '1',
  })
  const env = { NODE_ENV: 'production', ...given } as const
  const args = ['-m', `hearth_sidecar.${module}`]
  const child = spawn(python, args, { cwd: sidecarFolder(), env, stdio: ['pipe', 'pipe', 'pipe'] })
  return new Sidecar(child, module)
}

/** A model in a process of its own. Requests are answered one after another; the process ends with this one. */
export class Sidecar {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #name: string
  readonly #open = new Map<string, Open>()
  readonly #lines: string[] = []
  #last = 0
  #crash: AppError | undefined
  readonly #exited: Promise<void>
  /** Memory that the process was last measured to take. */
  bytes = 0

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>, name: string) {
    this.#child = child
    this.#name = name
    createInterface({ input: child.stdout }).on('line', line => this.#receive(line))
    createInterface({ input: child.stderr }).on('line', line => this.#keep(line))
    // What cannot be written any more is explained by the end of the process.
    child.stdin.on('error', () => undefined)
    this.#exited = new Promise(resolve => {
      child.on('error', error => this.#keep(error.message))
      child.on('close', (code, by) => {
        this.#end(by ?? `exit code ${code}`)
        resolve()
      })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Whether the process is gone: what is asked of it now is refused. */
  get ended(): boolean {
    return this.#crash !== undefined
  }

  /**
   * Asks for something and waits for the answer; an abort cancels it, and nothing of it is heard from then on.
   * @throws AppError as the program says, `cancelled` after an abort, `engine-crashed` where the process died.
   */
  async request<T>(method: string, params: Record<string, unknown>, run: SidecarRun<T>): Promise<T> {
    if (this.#crash) throw this.#crash
    if (run.signal?.aborted) throw cancelled()
    this.#last += 1
    const id = String(this.#last)
    const cancel = () => this.#send({ cancel: id })
    run.signal?.addEventListener('abort', cancel)
    try {
      const answer = await new Promise<unknown>((resolve, reject) => {
        this.#open.set(id, { run, resolve, reject })
        this.#send({ id, method, params })
      })
      if (run.signal?.aborted) throw cancelled()
      return parse(run.result, answer, `${this.#name} answered ${method}`)
    } finally {
      run.signal?.removeEventListener('abort', cancel)
      this.#open.delete(id)
    }
  }

  /** Ends the process at once, whatever it computes; resolves when it is gone. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  #send(message: SidecarMessage): void {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`)
  }

  #receive(line: string): void {
    try {
      const event = parse(sidecarEvent, JSON.parse(line), `${this.#name} said`)
      const open = this.#open.get(event.id)
      if (open) this.#deliver(event, open)
    } catch (error) {
      // Whatever it says from now on cannot be trusted to be understood.
      for (const { reject } of this.#open.values()) reject(error)
      this.#child.kill('SIGKILL')
    }
  }

  #deliver(event: SidecarEvent, { run, resolve, reject }: Open): void {
    if (event.event === 'done' || event.event === 'failed') {
      this.bytes = event.bytes
      if (event.event === 'done') resolve(event.result)
      else reject(failure(event))
      return
    }
    if (run.signal?.aborted) return
    try {
      if (event.event === 'progress') run.progress?.(event.done, event.total)
      else if (event.event === 'chunk') run.chunk?.(event.value)
      else run.log?.(event.level, event.message)
    } catch (error) {
      reject(error)
      this.#send({ cancel: event.id })
    }
  }

  #keep(line: string): void {
    console.error(line)
    this.#lines.push(line)
    if (this.#lines.length > keptLines) this.#lines.shift()
  }

  #end(how: string): void {
    this.bytes = 0
    const said = this.#lines.slice(-5).join(' | ')
    this.#crash = new AppError(
      'engine-crashed',
      `${this.#name} in Python ended (${how})${said === '' ? '' : `; it said last: ${said}`}`,
      { hint: 'Try again; if it happens again, take a smaller model or give it more memory.' },
    )
    for (const { reject } of this.#open.values()) reject(this.#crash)
  }
}

function failure({ code, message, hint, path }: SidecarEvent & { event: 'failed' }): AppError {
  return new AppError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(path === undefined ? {} : { path }),
  })
}

const cancelled = () => new AppError('cancelled', 'the run was cancelled')

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('internal', `${what} what Hearth does not understand: ${parsed.error.message}`)
}
