import { type Action, type Rest, restOf } from './actions.ts'
import { type Challenge, judge, startChallenge } from './challenge.ts'
import { type FaceView, faceView, type SeenFace, sizeOf } from './face-view.ts'
import { type KioskRules, limits } from './rules.ts'

export type LookReason =
  | 'unknown'
  | 'too-far'
  | 'not-straight'
  | 'eyes-shut'
  | 'mouth-open'
  | 'second-face'
  | 'cannot-see'
  | 'hold-still'
export type RefusedReason =
  | 'too-slow'
  | 'wrong-action'
  | 'face-lost'
  | 'face-changed'
  | 'face-jumped'
  | 'second-face'
  | 'cannot-see'
  | 'interrupted'

export interface Visitor {
  track: number
  person: { id: string; name: string }
  similarity: number
}

/** What a kiosk knows between two frames. Plain data, replaced and never changed. */
export type KioskState =
  | { phase: 'idle' }
  | { phase: 'look'; reason: LookReason; person: Visitor['person'] | null; steady: Steady | null }
  | { phase: 'challenge'; visitor: Visitor; rest: Rest; challenge: Challenge }
  | { phase: 'granted'; visitor: Visitor; until: number }
  | { phase: 'refused'; reason: RefusedReason; until: number; person: Visitor['person'] }

export interface Kiosk {
  state: KioskState
  /** Refusals in a row and the time of the last: each makes the next wait longer. */
  refusals: { count: number; at: number }
}

/** A face that is held steady. */
interface Steady {
  since: number
  frames: number
  /** The latest few, and the time of the last. */
  views: readonly FaceView[]
  at: number
}

/** Seconds on one clock that never goes back. */
export type KioskEvent =
  /** A frame was looked at. */
  | { kind: 'frame'; at: number; height: number; faces: readonly SeenFace[] }
  /** The frame that was asked for was looked at afresh, without what the stream remembers. */
  | { kind: 'identity'; at: number; person: string | null }
  /** Nothing came; time went on. */
  | { kind: 'time'; at: number }

export interface Step {
  kiosk: Kiosk
  /** Whether this frame's face is to be recognised afresh, and the answer given as an `identity`. */
  ask: boolean
}

/** Views that the rest of a face is told from. */
const keptViews = 12

export const newKiosk: Kiosk = { state: { phase: 'idle' }, refusals: { count: 0, at: 0 } }

/** One event later. Pure: the same events and random numbers give the same end. */
export function advance(kiosk: Kiosk, event: KioskEvent, rules: KioskRules, random: () => number): Step {
  const { state } = kiosk
  if (state.phase === 'challenge') return challenged(kiosk, state, event)
  if (state.phase === 'refused') return stay(event.at < state.until ? kiosk : { ...kiosk, state: { phase: 'idle' } })
  if (event.kind === 'identity') return stay(kiosk)
  if (event.kind === 'time') {
    const over = state.phase === 'granted' && event.at >= state.until
    return stay(over ? { ...kiosk, state: { phase: 'idle' } } : kiosk)
  }
  if (state.phase === 'granted') {
    // Whoever was let in and stays is not asked again.
    const stays = event.faces.some(({ track }) => track === state.visitor.track)
    return stay(event.at < state.until || stays ? kiosk : { ...kiosk, state: { phase: 'idle' } })
  }
  return stay(looked(kiosk, event, rules, random))
}

const stay = (kiosk: Kiosk): Step => ({ kiosk, ask: false })

function challenged(kiosk: Kiosk, state: KioskState & { phase: 'challenge' }, event: KioskEvent): Step {
  const { visitor, rest } = state
  const verdict = judge(state.challenge, { event, visitor, rest })
  if ('refused' in verdict) return stay(refuse(kiosk, verdict.refused, visitor, event.at))
  if ('passed' in verdict) {
    return stay({ ...newKiosk, state: { phase: 'granted', visitor, until: event.at + limits.granted } })
  }
  return { kiosk: { ...kiosk, state: { ...state, challenge: verdict.challenge } }, ask: verdict.ask }
}

function refuse(kiosk: Kiosk, reason: RefusedReason, { person }: Visitor, at: number): Kiosk {
  const { count, at: last } = kiosk.refusals
  const refusals = { count: at - last > limits.forgotten ? 1 : count + 1, at }
  const wait = Math.min(limits.refused * 2 ** (refusals.count - 1), limits.refusedLongest)
  return { state: { phase: 'refused', reason, until: at + wait, person }, refusals }
}

function looked(
  kiosk: Kiosk,
  { at, height, faces }: KioskEvent & { kind: 'frame' },
  rules: KioskRules,
  random: () => number,
): Kiosk {
  const [nearest, next] = faces.toSorted((a, b) => sizeOf(b) - sizeOf(a))
  if (!nearest) return { ...kiosk, state: { phase: 'idle' } }
  const person = nearest.person
  const wait = (reason: LookReason, steady: Steady | null = null): Kiosk => ({
    ...kiosk,
    state: { phase: 'look', reason, person, steady },
  })
  const view = faceView(nearest)
  if (!view) return wait('cannot-see')
  if (next && sizeOf(next) > sizeOf(nearest) * limits.secondFace) return wait('second-face')
  const reason = unready(view, height)
  if (reason !== undefined) return wait(reason)
  if (person === null) return wait('unknown')
  const steady = hold(kiosk.state.phase === 'look' ? kiosk.state.steady : null, view, at)
  if (steady.frames < limits.steadyFrames || at - steady.since < limits.steadyTime) return wait('hold-still', steady)
  const visitor = { track: view.track, person, similarity: view.similarity }
  if (!rules.challenge) return { ...newKiosk, state: { phase: 'granted', visitor, until: at + limits.granted } }
  const rest = restOf(steady.views)
  return { ...kiosk, state: { phase: 'challenge', visitor, rest, challenge: startChallenge(rules, view, at, random) } }
}

function unready(view: FaceView, height: number): LookReason | undefined {
  const { yaw, pitch, roll, eyes, mouth } = view
  if (sizeOf(view) < height * limits.smallest) return 'too-far'
  if (Math.abs(yaw) > limits.yaw || Math.abs(pitch) > limits.pitch || Math.abs(roll) > limits.roll) {
    return 'not-straight'
  }
  if (eyes < limits.eyesOpen) return 'eyes-shut'
  return mouth > limits.mouthShut ? 'mouth-open' : undefined
}

/** Goes on where the frame before had the same face and person not long ago; else begins anew. */
function hold(before: Steady | null, view: FaceView, at: number): Steady {
  const last = before?.views.at(-1)
  const same =
    last !== undefined &&
    last.track === view.track &&
    last.person?.id === view.person?.id &&
    at - (before?.at ?? 0) < limits.gap
  if (!before || !same) return { since: at, frames: 1, views: [view], at }
  return { ...before, frames: before.frames + 1, views: [...before.views, view].slice(-keptViews), at }
}

/** A kiosk as the outside may see it. */
export interface KioskView {
  phase: KioskState['phase']
  person?: { name: string }
  challenge?: { action: Action; step: 'act' | 'back'; index: number; total: number; seconds_left: number }
  reason?: LookReason | RefusedReason
}

export function viewOf({ state }: Kiosk, at: number): KioskView {
  if (state.phase === 'idle') return { phase: 'idle' }
  if (state.phase === 'look') return { phase: 'look', reason: state.reason, ...named(state.person) }
  if (state.phase === 'granted') return { phase: 'granted', ...named(state.visitor.person) }
  if (state.phase === 'refused') return { phase: 'refused', reason: state.reason, ...named(state.person) }
  const { actions, index, step, deadline } = state.challenge
  const action = actions[index]
  return {
    phase: 'challenge',
    ...named(state.visitor.person),
    ...(action && {
      challenge: {
        action,
        step: step === 'act' ? 'act' : 'back',
        index,
        total: actions.length,
        seconds_left: Math.max(0, Math.round((deadline - at) * 10) / 10),
      },
    }),
  }
}

function named(person: { name: string } | null): { person?: { name: string } } {
  return person === null ? {} : { person: { name: person.name } }
}
