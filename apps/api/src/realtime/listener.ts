import { AppError } from '@hearth/contract'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { Ear } from './ear.ts'
import { newName } from './items.ts'
import type { News } from './news.ts'
import type { Session } from './session.ts'
import { hearingRate, millisecondsOf, readSound, type SoundReader, samplesOf } from './sound-format.ts'
import { SoundTrack } from './sound-track.ts'

/** Sound that may wait to be listened to, and that a turn may have: seconds. */
const mostWaiting = 30
const longestBuffer = 600
/** What OpenAI calls too little to be a turn: milliseconds. */
const shortestTurn = 100

export interface Turn {
  /** Id of the item that it becomes. */
  item: string
  /** A WAV file; undefined for a turn of silence, by which the client is asked whether it is still there. */
  sound: Uint8Array | undefined
  milliseconds: number
  /** Whether it is to be answered of itself. */
  answer: boolean
}

export interface ListenerNews {
  tell(news: News): void
  started(): void
  turn(turn: Turn): void
  failed(thrown: unknown): void
}

/**
 * Parts the sound that comes in into turns. All positions are samples since the beginning, so that times hold however
 * late they are found, and sound is kept no longer than it may become part of a turn.
 */
export class Listener {
  readonly #deps: ApiDeps
  readonly #caller: Caller
  readonly #news: ListenerNews
  readonly #track = new SoundTrack()
  #session: Session
  #reader: SoundReader
  #ear: Ear | undefined
  /** Where the sound begins that no turn has yet. */
  #floor = 0
  #speech: { item: string; from: number } | undefined
  /** Where silence began to count after an answer. */
  #silentFrom: number | undefined
  #waiting: PromiseWithResolvers<void> | undefined

  constructor(deps: ApiDeps, caller: Caller, session: Session, news: ListenerNews) {
    this.#deps = deps
    this.#caller = caller
    this.#news = news
    this.#session = session
    this.#reader = readSound(session.input.format)
    this.#openEar()
  }

  get speaking(): boolean {
    return this.#speech !== undefined
  }

  /** Samples that are kept. */
  get kept(): number {
    return this.#track.end - this.#track.begin
  }

  change(session: Session): void {
    const before = this.#session.input
    this.#session = session
    if (before.format !== session.input.format) {
      this.#track.append(this.#reader.end())
      this.#reader = readSound(session.input.format)
    }
    if (JSON.stringify(before.turns) !== JSON.stringify(session.input.turns)) this.#openEar()
  }

  append(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#ear === undefined && this.#track.end - this.#floor > longestBuffer * hearingRate) {
      throw new AppError('too-large', `more than ${longestBuffer} s of sound wait to be committed`)
    }
    this.#track.append(this.#reader.write(bytes))
    this.#ear?.listen()
    if (this.#ear === undefined || this.#track.end - this.#ear.at < mostWaiting * hearingRate) return undefined
    this.#waiting ??= Promise.withResolvers()
    return this.#waiting.promise
  }

  commit(): void {
    const [from, until] = [this.#speech?.from ?? this.#floor, this.#track.end]
    const milliseconds = millisecondsOf(until - from)
    if (milliseconds < shortestTurn) {
      throw new AppError('invalid-input', `the buffer has ${milliseconds} ms of sound, less than ${shortestTurn}`, {
        hint: 'Send sound first: input_audio_buffer.append.',
      })
    }
    const item = this.#speech?.item ?? newName('item')
    this.#take(item, from, until, false)
    this.#track.forget(until)
    this.#openEar()
  }

  clear(): void {
    this.#floor = this.#track.end
    this.#track.forget(this.#floor)
    this.#openEar()
  }

  /** An answer has ended whose sound has so many milliseconds: from its end on, silence counts. */
  answered(milliseconds: number): void {
    if (!this.#speech) this.#silentFrom = this.#track.end + samplesOf(milliseconds)
  }

  close(): void {
    this.#ear?.close()
    this.#waiting?.resolve()
  }

  /** Begins to listen anew from here; speech that goes on is found again. */
  #openEar(): void {
    this.#ear?.close()
    this.#speech = undefined
    this.#silentFrom = undefined
    this.#waiting?.resolve()
    this.#waiting = undefined
    const { turns } = this.#session.input
    this.#ear = undefined
    if (turns === null) return
    this.#floor = this.#track.end
    this.#ear = new Ear(this.#deps, this.#caller, this.#track, turns, this.#track.end, {
      started: at => this.#started(at),
      stopped: (_, end) => this.#stopped(end),
      heard: until => this.#heard(until),
      failed: thrown => this.#news.failed(thrown),
    })
  }

  #started(at: number): void {
    const padding = samplesOf(this.#session.input.turns?.prefix_padding_ms ?? 0)
    const from = Math.max(this.#floor, at - padding)
    this.#speech = { item: newName('item'), from }
    this.#silentFrom = undefined
    this.#news.tell({ kind: 'speech-started', item: this.#speech.item, at: millisecondsOf(from) })
    this.#news.started()
  }

  #stopped(end: number): void {
    const { turns } = this.#session.input
    if (!this.#speech || !turns) return
    const { item, from } = this.#speech
    const until = Math.min(this.#track.end, end + samplesOf(turns.silence_duration_ms))
    this.#news.tell({ kind: 'speech-stopped', item, at: millisecondsOf(until) })
    this.#speech = undefined
    this.#take(item, from, until, turns.create_response)
  }

  #take(item: string, from: number, until: number, answer: boolean): void {
    const sound = this.#track.wav(from, until)
    this.#floor = until
    this.#news.turn({ item, sound, milliseconds: millisecondsOf(until - from), answer })
  }

  #heard(until: number): void {
    const ear = this.#ear
    if (!ear) return
    this.#track.forget(this.#speech?.from ?? Math.max(this.#floor, until - ear.memory))
    this.#floor = Math.max(this.#floor, this.#track.begin)
    this.#tellTimeout(until)
    if (this.#track.end - until >= mostWaiting * hearingRate) return
    this.#waiting?.resolve()
    this.#waiting = undefined
  }

  /** Nobody has spoken for so long that the model is to speak again. */
  #tellTimeout(until: number): void {
    const idle = this.#session.input.turns?.idle_timeout_ms
    if (idle == null || this.#silentFrom === undefined || until - this.#silentFrom < samplesOf(idle)) return
    const start = this.#silentFrom
    this.#silentFrom = undefined
    const item = newName('item')
    this.#floor = until
    this.#news.tell({ kind: 'timeout', item, start: millisecondsOf(start), end: millisecondsOf(until) })
    this.#news.turn({ item, sound: undefined, milliseconds: millisecondsOf(until - start), answer: true })
  }
}
