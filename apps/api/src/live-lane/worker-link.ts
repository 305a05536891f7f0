import { deserialize, serialize } from 'node:v8'
import {
  AppError,
  type CameraEvent,
  type CameraOrder,
  type FromLiveWorker,
  type LiveRequest,
  type LiveResult,
  type ToLiveWorker,
} from '@hearth/contract'
import type { WebSocket } from 'ws'

/** Milliseconds between two signs of life. */
const beat = 5_000

/** What a call tells before it ends. */
export interface CallNews {
  camera?(event: CameraEvent): void
  chunk?: ((value: unknown) => void) | undefined
}
type Call = { resolve(result: LiveResult): void; reject(error: AppError): void; news: CallNews }
type Answered =
  | { type: 'watch'; camera: CameraOrder }
  | ({ type: 'run' } & LiveRequest)
  | { type: 'open'; stream: string; task: string; model: string }

/** The connection to one worker. Every call ends: with the answer, or as `unavailable` with the connection. */
export class WorkerLink {
  /** Id of the worker. */
  readonly worker: string
  readonly #socket: WebSocket
  readonly #calls = new Map<number, Call>()
  #models: readonly string[] | undefined
  #count = 0

  /** @param onReady called when it has said what it has: from then on it can be asked. */
  constructor(worker: string, socket: WebSocket, onReady: () => void) {
    this.worker = worker
    this.#socket = socket
    let alive = true
    const timer = setInterval(() => {
      if (!alive) socket.terminate()
      alive = false
      socket.ping()
    }, beat)
    timer.unref()
    socket.on('pong', () => {
      alive = true
    })
    socket.on('message', data => {
      const first = this.#models === undefined
      this.#hear(deserialize(data as Buffer) as FromLiveWorker)
      if (first && this.#models) onReady()
    })
    socket.on('close', () => {
      clearInterval(timer)
      for (const call of this.#calls.values()) call.reject(workerGone())
      this.#calls.clear()
    })
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  /** Calls that wait for their answer. */
  get load(): number {
    return this.#calls.size
  }

  has(model: string): boolean {
    return this.#models?.includes(model) ?? false
  }

  /** @throws AppError `unavailable` if the worker goes; the signal's reason; what the worker says. */
  async call(message: Answered, signal: AbortSignal, news: CallNews = {}): Promise<LiveResult> {
    signal.throwIfAborted()
    if (!this.isOpen) throw workerGone()
    this.#count += 1
    const call = this.#count
    const { promise, resolve, reject } = Promise.withResolvers<LiveResult>()
    const leave = () => {
      this.#calls.delete(call)
      this.#send({ type: 'cancel', call })
      reject(signal.reason)
    }
    signal.addEventListener('abort', leave)
    this.#calls.set(call, { resolve, reject, news })
    this.#send({ ...message, call })
    return promise.finally(() => signal.removeEventListener('abort', leave))
  }

  closeStream(stream: string): void {
    this.#send({ type: 'close', stream })
  }

  keep(model: string, seconds: number): void {
    this.#send({ type: 'keep', model, seconds })
  }

  #send(message: ToLiveWorker): void {
    if (this.isOpen) this.#socket.send(serialize(message))
  }

  #hear(message: FromLiveWorker): void {
    if (message.type === 'models') {
      this.#models = message.models
      return
    }
    const call = this.#calls.get(message.call)
    if (message.type === 'camera') call?.news.camera?.(message.event)
    else if (message.type === 'chunk') call?.news.chunk?.(message.value)
    else {
      this.#calls.delete(message.call)
      if (message.type === 'failed') call?.reject(AppError.from(message.error))
      else call?.resolve(message)
    }
  }
}

function workerGone(): AppError {
  return new AppError('unavailable', 'the worker went away', {
    hint: 'It is started again by itself; `hearth status` says whether it runs.',
    retryAfter: 2,
  })
}
