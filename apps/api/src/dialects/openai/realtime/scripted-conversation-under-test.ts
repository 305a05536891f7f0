import { AppError } from '@hearth/contract'
import type { Chunk } from '@hearth/language/chat/spec'
import { vi } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import { type ApiUnderTest, startApi } from '../../../api-under-test.ts'
import type { LiveAnswer, LiveRun } from '../../../live-lane/live-lane.ts'
import { type RunningServer, startServer } from '../../../server.ts'

export type Model = (run: LiveRun) => Promise<unknown>

/** A Hearth whose models do what the test says, by task. What no test wrote is never asked. */
export interface ScriptedConversation {
  api: ApiUnderTest
  server: RunningServer
  /** Of the WebSocket. */
  url: string
  models: Map<string, Model>
  /** What the models were asked, in order. */
  asked: LiveRun[]
  stop(): Promise<void>
}

export async function startScriptedConversation(): Promise<ScriptedConversation> {
  const api = await startApi()
  const { deps } = api
  const models = new Map<string, Model>()
  const asked: LiveRun[] = []
  const live = {
    ...deps.live,
    open: async () => ({ stream: 'scripted', model: 'scripted' }),
    close: () => undefined,
    async run(run: LiveRun): Promise<LiveAnswer> {
      const model = models.get(run.task)
      if (!model) throw new AppError('model-not-installed', `nobody wrote a model for ${run.task}`)
      asked.push(run)
      const output = await Promise.race([model(run), givenUp(run.signal)])
      return { output, files: [], model: 'scripted', timings: { engine_ms: 1, total_ms: 1 } }
    },
  }
  const server = await startServer({ ...deps, live }, { host: '127.0.0.1', port: 0 })
  return {
    api,
    server,
    url: `${server.url.replace('http', 'ws')}/v1/realtime`,
    models,
    asked,
    async stop() {
      await server.close()
      await api.stop()
    },
  }
}

function givenUp(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new AppError('cancelled', 'the run was given up')), { once: true })
  })
}

/** A chat that says these pieces, calls this function, or waits for the end of a promise between them. */
export function says(...pieces: (string | Promise<unknown> | { name: string; arguments: string })[]): Model {
  return async run => {
    const tell = (chunk: Chunk) => run.chunk?.(chunk)
    for (const piece of pieces) {
      if (typeof piece === 'string') tell({ type: 'text', index: 0, text: piece })
      else if (piece instanceof Promise) await piece
      else tell({ type: 'tool_call', index: 0, call: 0, id: 'call_1', ...piece })
    }
    tell({ type: 'finish', index: 0, finish_reason: 'stop', stop_sequence: null })
    const usage = { prompt_tokens: 5, completion_tokens: 7, cached_tokens: 0, reasoning_tokens: 0 }
    return { choices: [], usage, omitted_messages: 0 }
  }
}

/** A voice: half a second of sound for every sentence. */
export const speaks: Model = async run => {
  const audio = Buffer.alloc(24_000, 1).toString('base64')
  run.chunk?.({ audio, index: 0, sentence: '' })
  return { sample_rate: 24_000, seconds: 0.5, sentences: 1 }
}

/** An ear that understands this. */
export function understands(text: string): Model {
  return async () => ({ text, language: 'en', seconds: 1.5, segments: [], files: [] })
}

export interface ServerEvent {
  type: string
  [field: string]: unknown
}

/** What a server says to one client, and how to wait for it. */
export interface Heard {
  events: ServerEvent[]
  /** The next event of a type, after those that were waited for before. */
  next(type: string): Promise<ServerEvent>
  types(): string[]
}

export function hearing(): Heard & { hear(event: ServerEvent): void } {
  const events: ServerEvent[] = []
  let from = 0
  return {
    events,
    hear: event => void events.push(event),
    types: () => events.map(({ type }) => type),
    async next(type) {
      const at = await vi.waitFor(
        () => {
          const found = events.findIndex((event, index) => index >= from && event.type === type)
          if (found < 0) throw new Error(`no ${type} after ${JSON.stringify(events.slice(from)).slice(0, 2000)}`)
          return found
        },
        { timeout: 60_000, interval: 5 },
      )
      from = at + 1
      const event = events[at]
      if (event) return event
      throw new Error('it was just there')
    },
  }
}

export interface RawClient extends Heard {
  socket: WebSocket
  send(event: object): void
  /** Resolves when the server ends it. */
  closed: Promise<number>
}

/** A client that knows of nothing but WebSockets. */
export function rawClient(url: string, options: ClientOptions & { protocols?: string[] } = {}): RawClient {
  const { protocols = [], ...rest } = options
  const socket = new WebSocket(url, protocols, rest)
  const heard = hearing()
  socket.on('message', data => heard.hear(JSON.parse(String(data))))
  const closed = new Promise<number>(resolve => socket.on('close', code => resolve(code)))
  const waiting: string[] = []
  socket.on('open', () => {
    for (const text of waiting.splice(0)) socket.send(text)
  })
  return {
    ...heard,
    socket,
    closed,
    send(event) {
      const text = JSON.stringify(event)
      if (socket.readyState === socket.OPEN) socket.send(text)
      else waiting.push(text)
    },
  }
}
