import type { IncomingMessage } from 'node:http'
import { AppError, toAppError } from '@hearth/contract'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { Caller } from '../../../auth/caller.ts'
import { socketCaller } from '../../../auth/socket-caller.ts'
import type { ApiDeps } from '../../../deps.ts'
import { createPlainSocket, type PlainSocket, readMessage } from '../../../live/plain-socket.ts'
import { countStreams } from '../../../live-lane/stream-count.ts'
import { Conversation } from '../../../realtime/conversation.ts'
import { newName } from '../../../realtime/items.ts'
import type { News } from '../../../realtime/news.ts'
import { type Session, usualSession } from '../../../realtime/session.ts'
import { openaiErrorBody } from '../error-body.ts'
import { beta } from './beta.ts'
import { nameOf, obey } from './client-events.ts'
import { ga } from './ga.ts'
import { meant } from './meant.ts'
import { isRealtimeKey, readRealtimeKey } from './realtime-key.ts'
import { serverEvents } from './server-events.ts'
import { obeySimple, simpleEvents } from './simple.ts'
import type { Words } from './words.ts'

/** A piece of sound of OpenAI's greatest size, in base64. */
const maxPayload = 24 * 2 ** 20
/** Bytes that may wait for a client that reads nothing. */
const tooMuch = 64 * 2 ** 20
/** Milliseconds for which a client that has sent no key may still do so. */
const lateKey = 5000
const keyProtocol = 'openai-insecure-api-key.'
const betaProtocol = 'openai-beta.realtime-v1'

/** What is known of a client before it is served. */
interface Arrival {
  /** Of one that came with a key for one conversation: what it is to be. */
  wish?: Record<string, unknown>
  /** What it said before it was known. */
  early?: EarlyMessages
}

/** `/v1/realtime`: a spoken conversation, in OpenAI's present words, its former ones, or simpler ones. */
export function createRealtimeSocket(deps: ApiDeps): PlainSocket {
  const arrivals = new WeakMap<WebSocket, Arrival>()
  return createPlainSocket(deps, {
    maxPayload,
    protocol: offered => [...offered].find(name => !name.startsWith(keyProtocol)) ?? false,
    async identify(client, request) {
      const early = sendsKeyLate(request) ? collectMessages(client) : undefined
      const key = early ? await lateKeyOf(client, early) : keyOf(request)
      if (early) arrivals.set(client, { early })
      if (key === undefined || !isRealtimeKey(key)) return () => socketCaller(deps, request, key)
      const { session, caller } = await readRealtimeKey(deps, key)
      arrivals.set(client, { wish: session, ...(early ? { early } : {}) })
      return caller
    },
    serve: (client, caller, request) => serve(deps, client, caller, request, arrivals.get(client) ?? {}),
    tell: (client, error) => client.send(JSON.stringify(errorOf(error))),
  })
}

/** Of a connection that ends; `message` is for those who speak simply. */
function errorOf(thrown: unknown) {
  const { error } = openaiErrorBody(toAppError(thrown))
  return { type: 'error', message: error.message, error: { ...error, event_id: null } }
}
const queryOf = (request: IncomingMessage) => new URL(request.url ?? '', 'http://socket').searchParams
const protocolsOf = (request: IncomingMessage) =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map(name => name.trim())

function keyOf(request: IncomingMessage): string | undefined {
  const bearer = /^bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const { 'api-key': azure } = request.headers
  const offered = protocolsOf(request).find(name => name.startsWith(keyProtocol))
  const header = bearer ?? (typeof azure === 'string' ? azure : undefined)
  return queryOf(request).get('key') ?? header ?? offered?.slice(keyProtocol.length)
}

/** Those who speak simply may send their key in the first message. A cookie or a header is looked at first. */
function sendsKeyLate(request: IncomingMessage): boolean {
  const { cookie, 'x-api-key': own } = request.headers
  return cookie === undefined && own === undefined && keyOf(request) === undefined
}

interface EarlyMessages {
  first: Promise<Buffer>
  /** All that have come, which are the taker's from now on. */
  take(): Buffer[]
}

function collectMessages(client: WebSocket): EarlyMessages {
  const messages: Buffer[] = []
  const first = Promise.withResolvers<Buffer>()
  const keep = (data: Buffer) => {
    messages.push(data)
    first.resolve(data)
    client.pause()
  }
  client.on('message', keep)
  return {
    first: first.promise,
    take() {
      client.off('message', keep)
      return messages
    },
  }
}

const withKey = z.object({ api_key: z.string().min(1) })

async function lateKeyOf(client: WebSocket, { first }: EarlyMessages): Promise<string> {
  const hint = 'Send it as "Authorization: Bearer KEY", or as "api_key" in the first message.'
  const late = Promise.withResolvers<never>()
  const refuse = () => late.reject(new AppError('unauthenticated', 'no key was sent', { hint }))
  const timer = setTimeout(refuse, lateKey)
  client.once('close', refuse)
  client.resume()
  try {
    const key = withKey.safeParse(readMessage(String(await Promise.race([first, late.promise])))).data?.api_key
    if (key !== undefined) return key
    throw new AppError('unauthenticated', 'the first message has no "api_key"', { hint })
  } finally {
    clearTimeout(timer)
    client.off('close', refuse)
  }
}

/** Which of the three is spoken. */
function wordsOf(request: IncomingMessage, { wish }: Arrival): { words: Words; simple: boolean } {
  const query = queryOf(request)
  const protocols = protocolsOf(request)
  const isBeta = protocols.includes(betaProtocol) || /realtime=v1/.test(String(request.headers['openai-beta'] ?? ''))
  const named = ['model', 'call_id', 'intent'].some(name => query.has(name)) || protocols.includes('realtime')
  const simple = query.get('dialect') === 'simple' || (!named && !isBeta && wish === undefined)
  return { words: isBeta || simple ? beta : ga, simple }
}

function serve(deps: ApiDeps, client: WebSocket, caller: Caller, request: IncomingMessage, arrival: Arrival): void {
  const { words, simple } = wordsOf(request, arrival)
  let countOut: () => void
  let session: Session
  try {
    session = sessionOf(request, simple, arrival)
    countOut = countStreams(deps.live, caller.key?.id ?? caller.owner, deps.config.liveStreams)
  } catch (error) {
    client.send(JSON.stringify(errorOf(error)))
    client.close(1008, 'refused')
    return
  }
  const names = { session: newName('sess'), conversation: newName('conv') }
  const tell = (news: News) =>
    send(
      client,
      simple ? simpleEvents(news, names.conversation) : serverEvents(news, words, names, conversation.session),
    )
  const conversation = new Conversation(deps, caller, session, { tell, meant })
  const hear = (data: Buffer) => {
    const event = readMessage(String(data))
    try {
      hold(client, (simple ? obeySimple : obey)(conversation, event, words))
    } catch (thrown) {
      conversation.fail(thrown, nameOf(event))
    }
  }
  client.on('close', () => {
    countOut()
    conversation.close()
  })
  conversation.open()
  for (const message of arrival.early?.take() ?? []) hear(message)
  client.on('message', hear)
}

/** Reads no more until what was sent is dealt with. */
function hold(client: WebSocket, until: void | Promise<void>): void {
  if (until === undefined) return
  client.pause()
  void until.then(() => client.resume())
}

function sessionOf(request: IncomingMessage, simple: boolean, { wish }: Arrival): Session {
  const query = queryOf(request)
  const begun = wish === undefined ? usualSession : ga.change(usualSession, wish)
  const model = query.get('model') ?? begun.model
  const kind = query.get('intent') === 'transcription' ? 'transcription' : begun.kind
  return { ...begun, model, kind, modality: simple ? 'text' : begun.modality }
}

/** Resolves when all has left this process, or never will. */
async function send(client: WebSocket, events: readonly object[]): Promise<void> {
  if (client.readyState !== client.OPEN) return
  if (client.bufferedAmount > tooMuch) return client.terminate()
  const sent = events.map(event => new Promise<void>(resolve => client.send(JSON.stringify(event), () => resolve())))
  await Promise.all(sent)
}
