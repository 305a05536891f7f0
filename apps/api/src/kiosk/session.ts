import { type AppError, type ErrorCode, toAppError } from '@hearth/contract'
import {
  advance,
  type Kiosk,
  type KioskEvent,
  type KioskRules,
  type KioskView,
  newKiosk,
  type SeenFace,
  type Visitor,
  viewOf,
} from '@hearth/faces/kiosk'

/** What one frame showed. */
export interface Look {
  height: number
  faces: readonly SeenFace[]
}

/** What the kiosk's page is told. */
export type SessionView =
  | (Omit<KioskView, 'phase'> & { phase: KioskView['phase'] })
  | { phase: 'worker-away'; reason: ErrorCode }

export interface SessionOptions {
  /** Looks at one frame. `fresh`: as if there had been no frame before it. */
  look(bytes: Uint8Array, fresh: boolean): Promise<Look>
  rules(): KioskRules
  /** Seconds on a clock that never goes back. */
  now(): number
  random(): number
  show(view: SessionView): void
  problem(frame: number, error: AppError): void
  granted(visitor: Visitor, challenged: boolean): void
  refused(reason: string, person: Visitor['person']): void
}

/** One kiosk: takes frames as they come and looks at the newest, one at a time. */
export interface KioskSession {
  frame(number: number, bytes: Uint8Array): void
  /** To be called a few times a second: time goes on without frames too. */
  tick(): void
  close(): void
}

/** What is wrong with a frame rather than with the machine. */
const frameFaults: readonly ErrorCode[] = ['invalid-input', 'unsupported-media', 'too-large', 'does-not-fit']
/** Seconds between attempts while the worker is away. */
const retry = 1

interface Frame {
  number: number
  bytes: Uint8Array
  at: number
}

export function createSession(options: SessionOptions): KioskSession {
  const { look, rules, now, random, show } = options
  let kiosk: Kiosk = newKiosk
  let waiting: Frame | undefined
  let busy = false
  let closed = false
  let away: { reason: ErrorCode; since: number } | undefined
  let shown = ''

  function tell(): void {
    const view: SessionView = away ? { phase: 'worker-away', reason: away.reason } : viewOf(kiosk, now())
    const text = JSON.stringify(view)
    if (text === shown || closed) return
    shown = text
    show(view)
  }

  /** @returns whether the frame is to be looked at afresh. */
  function step(event: KioskEvent): boolean {
    const before = kiosk.state
    const { challenge } = rules()
    const next = advance(kiosk, event, rules(), random)
    kiosk = next.kiosk
    const after = kiosk.state
    if (after.phase === 'granted' && before.phase !== 'granted') options.granted(after.visitor, challenge)
    if (after.phase === 'refused' && before.phase !== 'refused') options.refused(after.reason, after.person)
    return next.ask
  }

  async function see({ number, bytes, at }: Frame): Promise<void> {
    try {
      const { height, faces } = await look(bytes, false)
      if (closed) return
      away = undefined
      if (!step({ kind: 'frame', at, height, faces })) return
      const { state } = kiosk
      const known = state.phase === 'challenge' ? faces.find(({ track }) => track === state.visitor.track) : undefined
      const again = await look(bytes, true)
      if (!closed && known) step({ kind: 'identity', at: now(), person: personAt(again.faces, known) })
    } catch (thrown) {
      fail(number, toAppError(thrown))
    }
  }

  function fail(number: number, error: AppError): void {
    if (closed) return
    if (frameFaults.includes(error.code)) {
      options.problem(number, error)
      return
    }
    // Begun anew when it is back: nothing that went before can be taken up.
    away = { reason: error.code, since: now() }
    kiosk = { ...newKiosk, refusals: kiosk.refusals }
  }

  async function work(): Promise<void> {
    busy = true
    while (waiting && !closed) {
      if (away && now() - away.since < retry) break
      const frame = waiting
      waiting = undefined
      await see(frame)
      tell()
    }
    busy = false
  }

  return {
    frame(number, bytes) {
      waiting = { number, bytes, at: now() }
      if (!busy) void work()
    },
    tick() {
      if (closed) return
      if (!away) step({ kind: 'time', at: now() })
      tell()
    },
    close() {
      closed = true
      waiting = undefined
    },
  }
}

/** Whose face it is that stands where the known one was; null if nobody's, or if none is there. */
function personAt(faces: readonly SeenFace[], known: SeenFace): string | null {
  const [x, y] = [(known.bbox[0] + known.bbox[2]) / 2, (known.bbox[1] + known.bbox[3]) / 2]
  const there = faces.find(({ bbox: [x1, y1, x2, y2] }) => x > x1 && x < x2 && y > y1 && y < y2)
  return there?.person?.id ?? null
}
