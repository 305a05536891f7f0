import type { Socket } from 'node:net'
import { toAppError } from '@hearth/contract'
import { type Caller, requireScope } from '../../auth/caller.ts'
import { countRequest } from '../../auth/rate-limit.ts'
import type { ApiDeps } from '../../deps.ts'
import { readEvents, type WyomingEvent, writeEvent } from './events.ts'
import { createHearing, type Hearing } from './hear.ts'
import { describeInfo } from './info.ts'
import { type Speaking, speakText, startSpeaking } from './speak.ts'

/** One connection. */
export interface Talk {
  socket: Socket
  deps: ApiDeps
  /** Aborts when the client leaves. */
  signal: AbortSignal
  /** Who wants work done; counted. @throws AppError. */
  admit(): Promise<Caller>
}

/** Events that may wait while one is worked at; a client that says more is cut off. */
const mostWaiting = 4096

/**
 * Speaks with one client. Reading never waits for the work, or nobody would notice that the client has left. A client
 * waits for ever for what does not come, so that any failure is said and then ends the connection.
 */
export async function converse(socket: Socket, deps: ApiDeps, admit: () => Promise<Caller>): Promise<void> {
  const left = new AbortController()
  const talk: Talk = { socket, deps, signal: left.signal, admit: () => admitted(deps, admit) }
  const answer = answerer(talk)
  let work: Promise<void> = Promise.resolve()
  let waiting = 0
  let failed = false
  const fail = async (thrown: unknown) => {
    if (failed || left.signal.aborted) return
    failed = true
    const { message, hint, code } = toAppError(thrown)
    if (code === 'internal') deps.log.error({ error: thrown }, 'a Wyoming client could not be served')
    await writeEvent(socket, 'error', { text: hint === undefined ? message : `${message}. ${hint}`, code })
    socket.end()
  }
  socket.on('close', () => left.abort())
  try {
    for await (const event of readEvents(socket)) {
      waiting += 1
      if (waiting > mostWaiting) break
      const serve = async () => {
        if (!failed) await answer(event)
        waiting -= 1
      }
      work = work.then(serve).catch(fail)
    }
  } catch (error) {
    // Not this protocol, or the line broke: there is nobody to tell.
    deps.log.debug({ error }, 'a Wyoming client is gone')
  }
  left.abort()
  await work
}

async function admitted(deps: ApiDeps, admit: () => Promise<Caller>): Promise<Caller> {
  const caller = await admit()
  requireScope(caller, 'tasks')
  await countRequest(deps, caller, 'generate')
  return caller
}

/** What each event asks for. Unknown ones are passed over, as everybody does. */
function answerer(talk: Talk): (event: WyomingEvent) => Promise<void> {
  const { socket, deps } = talk
  let hearing: Hearing | undefined
  let speaking: Speaking | undefined
  const answers: Record<string, (event: WyomingEvent) => Promise<void> | void> = {
    describe: async () => writeEvent(socket, 'info', describeInfo(await deps.models.list())),
    ping: ({ data }) => writeEvent(socket, 'pong', typeof data.text === 'string' ? { text: data.text } : {}),
    transcribe({ data }) {
      hearing = createHearing(talk, data)
    },
    'audio-start'({ data }) {
      hearing ??= createHearing(talk, {})
      hearing.start(data)
    },
    'audio-chunk': ({ data, payload }) => hearing?.take(data, payload),
    async 'audio-stop'() {
      const heard = hearing
      hearing = undefined
      await heard?.stop()
    },
    // A client that streams sends the whole text as well, for servers that cannot stream.
    synthesize: ({ data }) => (speaking ? undefined : speakText(talk, data)),
    async 'synthesize-start'({ data }) {
      speaking = await startSpeaking(talk, data)
    },
    'synthesize-chunk': ({ data }) => speaking?.take(data),
    async 'synthesize-stop'() {
      await speaking?.stop()
      speaking = undefined
      await writeEvent(socket, 'synthesize-stopped')
    },
  }
  return async event => answers[event.type]?.(event)
}
