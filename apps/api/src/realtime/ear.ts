import { setTimeout as delay } from 'node:timers/promises'
import { toAppError } from '@hearth/contract'
import { task as detectSpeech } from '@hearth/speech/detect-speech/spec'
import type { z } from 'zod'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { patiently } from '../dialects/run-patiently.ts'
import { acceptJob, findTask } from '../intake/accept-job.ts'
import { fetchOnUse } from '../intake/fetch-on-use.ts'
import { liveReference } from '../live-lane/live-lane.ts'
import type { TurnSettings } from './session.ts'
import { hearingRate } from './sound-format.ts'
import type { SoundTrack } from './sound-track.ts'

/** Samples that are worth a run, and the most of one: about a window of the model, and ten seconds. */
const leastPiece = 512
const mostPiece = 10 * hearingRate
/** Milliseconds of a voice that are no cough. */
const shortestSpeech = 150
/** Seconds after which a turn is taken however it goes on. */
export const longestTurn = 300
/** Milliseconds after a failure. */
const pauseAfterFailure = 500

export interface EarNews {
  /** Somebody has begun to speak here. */
  started(at: number): void
  /** And has stopped here: there was silence for as long as a turn needs. */
  stopped(start: number, end: number): void
  /** All before this was listened to. */
  heard(until: number): void
  failed(thrown: unknown): void
}

/**
 * Listens for voices in a track from a position on, as fast as sound comes and the model goes. Positions are samples of
 * the track: however late an answer is, what it says holds.
 */
export class Ear {
  readonly #deps: ApiDeps
  readonly #caller: Caller
  readonly #track: SoundTrack
  readonly #turns: TurnSettings
  readonly #news: EarNews
  readonly #closed = new AbortController()
  #stream: Promise<{ stream: string }> | undefined
  #at: number
  #speaking = false
  #working = false

  constructor(deps: ApiDeps, caller: Caller, track: SoundTrack, turns: TurnSettings, from: number, news: EarNews) {
    this.#deps = deps
    this.#caller = caller
    this.#track = track
    this.#turns = turns
    this.#news = news
    this.#at = from
  }

  /** Position up to which it has listened. */
  get at(): number {
    return this.#at
  }

  /** Samples before `at` in which speech may have begun that is not told yet. */
  get memory(): number {
    const milliseconds = shortestSpeech + this.#turns.silence_duration_ms + this.#turns.prefix_padding_ms + 1000
    return (milliseconds * hearingRate) / 1000
  }

  /** Says that the track has grown. */
  listen(): void {
    if (!this.#working && !this.#closed.signal.aborted) void this.#work()
  }

  close(): void {
    this.#closed.abort()
    this.#stream?.then(
      ({ stream }) => this.#deps.live.close(stream),
      () => undefined,
    )
  }

  async #work(): Promise<void> {
    const { signal } = this.#closed
    this.#working = true
    while (this.#track.end - this.#at >= leastPiece && !signal.aborted) {
      const until = Math.min(this.#track.end, this.#at + mostPiece)
      const sound = this.#track.wav(this.#at, until)
      try {
        const output = await patiently(signal, () => this.#run(sound))
        if (signal.aborted) break
        this.#tell(output, until)
      } catch (thrown) {
        if (signal.aborted) break
        this.#news.failed(thrown)
        await delay(pauseAfterFailure, undefined, { signal }).catch(() => undefined)
      }
      this.#at = until
      if (!signal.aborted) this.#news.heard(until)
    }
    this.#working = false
  }

  async #run(sound: Uint8Array): Promise<z.output<typeof detectSpeech.output>> {
    const { threshold, silence_duration_ms } = this.#turns
    const reference = liveReference(0)
    const input = {
      audio: reference,
      threshold,
      min_speech_duration_ms: shortestSpeech,
      min_silence_duration_ms: silence_duration_ms,
      speech_pad_ms: 0,
      max_speech_duration_s: longestTurn,
    }
    const { stream } = await this.#open()
    const media = new Map([[reference, sound]])
    const { owner } = this.#caller
    const { signal } = this.#closed
    const answer = await this.#deps.live.run({ task: detectSpeech.id, input, media, owner, signal, stream })
    // Parsed by the task where it was made.
    return answer.output as z.output<typeof detectSpeech.output>
  }

  #open(): Promise<{ stream: string }> {
    if (this.#stream) return this.#stream
    const opening = this.#openStream()
    this.#stream = opening
    opening.catch(() => {
      if (this.#stream === opening) this.#stream = undefined
    })
    return opening
  }

  async #openStream(): Promise<{ stream: string }> {
    const { live } = this.#deps
    const { signal } = this.#closed
    try {
      return await live.open({ task: detectSpeech.id, signal })
    } catch (thrown) {
      const task = findTask(this.#deps, detectSpeech.id)
      throw await fetchOnUse(this.#deps, { task }, toAppError(thrown), pull =>
        acceptJob(this.#deps, this.#caller, pull),
      )
    }
  }

  /**
   * A worker that took over counts from the beginning of what it has heard, and knows nothing of speech that went on:
   * then the turn ends here.
   */
  #tell({ segments, seconds, open }: z.output<typeof detectSpeech.output>, until: number): void {
    const origin = until - Math.round(seconds * hearingRate)
    const position = (at: number) => origin + Math.round(at * hearingRate)
    for (const { start, end } of segments) {
      this.#start(position(start))
      this.#stop(position(start), position(end))
    }
    if (open !== null) this.#start(position(open))
    else if (this.#speaking) this.#stop(origin, until)
  }

  #start(at: number): void {
    if (this.#speaking || this.#closed.signal.aborted) return
    this.#speaking = true
    this.#news.started(at)
  }

  #stop(start: number, end: number): void {
    this.#speaking = false
    if (!this.#closed.signal.aborted) this.#news.stopped(start, end)
  }
}
