import { AppError } from '@hearth/contract'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { hearTurn } from './hear-turn.ts'
import { type Item, Items, type MessageItem } from './items.ts'
import { Listener } from './listener.ts'
import type { ClientEvent, News, Tell } from './news.ts'
import { type ActiveResponse, type ResponseWish, respond, told } from './respond.ts'
import type { Meant, Session } from './session.ts'
import type { Talk } from './talk.ts'
import { truncateItem } from './truncate-item.ts'

/**
 * A spoken conversation: what is heard becomes turns, turns are written down and answered, one answer at a time. It knows
 * nothing of wire formats; whatever happens is told.
 */
export class Conversation {
  readonly #talk: Talk
  readonly #items = new Items()
  readonly #left = new AbortController()
  readonly #listener: Listener
  /** Turns that are being written down. */
  readonly #hearing = new Set<Promise<unknown>>()
  #session: Session
  #active: ActiveResponse | undefined

  constructor(deps: ApiDeps, caller: Caller, session: Session, { tell, meant }: { tell: Tell; meant: Meant }) {
    this.#session = session
    this.#talk = {
      deps,
      caller,
      items: this.#items,
      meant,
      session: () => this.#session,
      tell: async news => {
        if (!this.#left.signal.aborted) await tell(news)
      },
      heard: async () => void (await Promise.all(this.#hearing)),
    }
    this.#listener = new Listener(deps, caller, session, {
      tell: news => this.#tell(news),
      started: () => {
        if (this.#session.input.turns?.interrupt_response) this.#active?.cancel('turn_detected')
      },
      turn: turn => this.#takeTurn(turn.item, turn.sound, turn.milliseconds, turn.answer),
      failed: thrown => this.fail(thrown),
    })
  }

  get session(): Session {
    return this.#session
  }

  /** Tells of an error; the conversation goes on. */
  fail(thrown: unknown, event?: ClientEvent): void {
    this.#tell({ kind: 'error', error: told(this.#talk, thrown), event })
  }

  open(): void {
    this.#tell({ kind: 'session-created', session: this.#session })
  }

  change(session: Session): void {
    this.#session = session
    this.#listener.change(session)
    this.#tell({ kind: 'session-updated', session })
  }

  /** Takes sound. Where it waits to be listened to, resolves when more may come. @throws AppError `too-large`. */
  append(bytes: Uint8Array): Promise<void> | undefined {
    return this.#listener.append(bytes)
  }

  /** @throws AppError `invalid-input` where nothing was said. */
  commit(): void {
    this.#listener.commit()
  }

  clear(): void {
    this.#listener.clear()
    this.#tell({ kind: 'cleared' })
  }

  /** @param sounds of its parts, to be written down. @throws AppError. */
  add(item: Item, after: string | undefined, sounds: readonly Uint8Array[] = []): void {
    const previous = this.#items.add(item, after)
    this.#tell({ kind: 'item-added', item, previous })
    this.#tell({ kind: 'item-done', item, previous })
    if (item.type !== 'message') return
    const parts = item.content.filter(part => part.type === 'audio')
    for (const [index, sound] of sounds.entries()) {
      const part = parts[index]
      if (part && part.transcript === null) void this.#hear(item.id, part, sound)
    }
  }

  /** @throws AppError `not-found`. */
  retrieve(id: string): void {
    this.#tell({ kind: 'item-retrieved', item: this.#items.get(id) })
  }

  /** @throws AppError `not-found`. */
  remove(id: string): void {
    this.#items.remove(id)
    this.#tell({ kind: 'item-deleted', item: id })
  }

  /** Forgets what the client did not hear. @throws AppError `not-found`, `invalid-input`. */
  truncate(id: string, audio_end_ms: number): void {
    truncateItem(this.#items.get(id), audio_end_ms)
    this.#tell({ kind: 'item-truncated', item: id, audio_end_ms })
  }

  /** An item that the client names. @throws AppError `not-found`. */
  item(id: string): Item {
    return this.#items.get(id)
  }

  /** @throws AppError `conflict` while another answer is given. */
  respond(wish: Partial<Omit<ResponseWish, 'session'>> & { session?: Session } = {}): void {
    if (this.#active) {
      throw new AppError('conflict', 'an answer is being given', { hint: 'Wait for its end, or cancel it.' })
    }
    const active = respond(this.#talk, { session: this.#session, kept: true, metadata: null, ...wish })
    this.#active = active
    void active.done.then(response => {
      this.#active = undefined
      const said = response.output.flatMap(item => (item.type === 'message' ? item.content : []))
      const spoken = said.reduce((sum, part) => sum + (part.type === 'audio' ? part.milliseconds : 0), 0)
      if (response.status === 'completed') this.#listener.answered(spoken)
    })
  }

  /** @throws AppError `conflict` where no answer, or another, is given. */
  cancel(id?: string): void {
    if (!this.#active || (id !== undefined && id !== this.#active.id)) {
      throw new AppError('conflict', 'no such answer is being given')
    }
    this.#active.cancel('client_cancelled')
  }

  close(): void {
    this.#listener.close()
    this.#active?.cancel('client_cancelled')
    this.#left.abort(new AppError('cancelled', 'the client has left'))
  }

  #takeTurn(id: string, sound: Uint8Array | undefined, milliseconds: number, answer: boolean): void {
    const previous = this.#items.before()
    this.#tell({ kind: 'committed', item: id, previous })
    const part = { type: 'audio' as const, transcript: sound ? null : '', milliseconds }
    const item: MessageItem = { id, status: 'completed', type: 'message', role: 'user', content: [part] }
    this.#items.add(item)
    this.#tell({ kind: 'item-added', item, previous })
    this.#tell({ kind: 'item-done', item, previous })
    if (sound) void this.#hear(id, part, sound).then(text => this.#answerTurn(answer && text !== ''))
    else this.#answerTurn(answer)
  }

  /** Writes a turn down. @returns nothing where nothing was said, or nobody could hear it. */
  #hear(item: string, part: { transcript: string | null }, sound: Uint8Array): Promise<string> {
    const hearing = hearTurn(this.#talk, item, sound, this.#left.signal).then(
      transcript => {
        part.transcript = transcript
        return transcript
      },
      thrown => {
        if (this.#left.signal.aborted) return ''
        const error = told(this.#talk, thrown)
        this.#tell({ kind: 'transcript-failed', item, error })
        return ''
      },
    )
    this.#hearing.add(hearing)
    void hearing.then(() => this.#hearing.delete(hearing))
    return hearing
  }

  /** Whoever speaks again before the answer has begun is answered when that turn is over. */
  #answerTurn(wanted: boolean): void {
    const { kind, input } = this.#session
    if (!wanted || kind === 'transcription' || this.#left.signal.aborted) return
    if (this.#listener.speaking && input.turns?.interrupt_response) return
    if (this.#active) void this.#active.done.then(() => this.#answerTurn(wanted))
    else this.respond()
  }

  #tell(news: News): void {
    void this.#talk.tell(news)
  }
}
