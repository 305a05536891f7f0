import { type Action, actions, doesOther, drawActions, isAtRest, type Rest, shows } from './actions.ts'
import { type FaceView, faceView, jump, type SeenFace, sizeOf } from './face-view.ts'
import type { KioskEvent, RefusedReason, Visitor } from './kiosk.ts'
import { type KioskRules, limits } from './rules.ts'

/** A sequence of actions, one after the other: act, come back to rest, be looked at afresh. */
export interface Challenge {
  actions: readonly Action[]
  /** Seconds of pause before each, drawn in advance. */
  pauses: readonly number[]
  index: number
  step: 'act' | 'back' | 'identity'
  /** When the step has to be done. */
  deadline: number
  /** An action counts only from rest: it has to begin after it was asked for. */
  rested: boolean
  /** When the face came back to rest; null until it has. */
  since: number | null
  /** The visitor's face in the last frame and its time. */
  last: FaceView
  at: number
}

interface Evidence {
  event: KioskEvent
  visitor: Visitor
  rest: Rest
}

type Verdict = { refused: RefusedReason } | { passed: true } | { challenge: Challenge; ask: boolean }

export function startChallenge(rules: KioskRules, view: FaceView, at: number, random: () => number): Challenge {
  const allowed = actions.filter(action => rules.blink || action !== 'blink')
  const drawn = drawActions(Math.min(4, Math.max(1, Math.round(rules.actions))), random, allowed)
  const [shortest, longest] = limits.pause
  return {
    actions: drawn,
    pauses: drawn.map(() => shortest + random() * (longest - shortest)),
    index: 0,
    step: 'act',
    deadline: at + limits.action,
    rested: false,
    since: null,
    last: view,
    at,
  }
}

/** Closed to everything that is not plainly right: what is missing, late, gone or swapped refuses. */
export function judge(challenge: Challenge, evidence: Evidence): Verdict {
  const { event, visitor } = evidence
  if (event.at - challenge.at > limits.gap && event.kind !== 'identity') return { refused: 'interrupted' }
  if (event.at > challenge.deadline) return { refused: challenge.step === 'identity' ? 'interrupted' : 'too-slow' }
  if (event.kind === 'time') return { challenge, ask: false }
  if (event.kind === 'identity') {
    if (challenge.step !== 'identity') return { challenge, ask: false }
    return event.person === visitor.person.id ? next(challenge, event.at) : { refused: 'face-changed' }
  }
  const found = continued(challenge, event.faces, visitor)
  if (typeof found === 'string') return { refused: found }
  const seen: Challenge = { ...challenge, last: found, at: event.at }
  if (seen.step === 'identity') return { challenge: seen, ask: false }
  return seen.step === 'act' ? acting(seen, found, evidence.rest) : returning(seen, found, evidence)
}

/** The visitor's face in this frame, or why it cannot be taken for it. */
function continued(challenge: Challenge, faces: readonly SeenFace[], visitor: Visitor): FaceView | RefusedReason {
  const face = faces.find(({ track }) => track === visitor.track)
  if (!face) return faces.length === 0 ? 'face-lost' : 'face-changed'
  const size = sizeOf(face)
  if (faces.some(other => other !== face && sizeOf(other) > size * limits.secondFace)) return 'second-face'
  const view = faceView(face)
  if (!view) return 'cannot-see'
  // A turned face may be hard to know; a face that is known to be somebody else's is not the visitor's.
  if (view.person !== null && view.person.id !== visitor.person.id) return 'face-changed'
  const { moved, scaled } = jump(challenge.last, view)
  return moved > limits.moved || scaled > limits.scaled ? 'face-jumped' : view
}

function acting(challenge: Challenge, view: FaceView, rest: Rest): Verdict {
  const action = challenge.actions[challenge.index]
  if (action === undefined) return { refused: 'cannot-see' }
  if (doesOther(action, view, rest)) return { refused: 'wrong-action' }
  if (!challenge.rested) return { challenge: { ...challenge, rested: isAtRest(view, rest) }, ask: false }
  if (!shows(action, view, rest)) return { challenge, ask: false }
  return { challenge: { ...challenge, step: 'back', deadline: challenge.at + limits.back, since: null }, ask: false }
}

function returning(challenge: Challenge, view: FaceView, { visitor, rest }: Evidence): Verdict {
  const action = challenge.actions[challenge.index]
  // Back at rest, the next action would come before it was asked for.
  if (doesOther(challenge.since === null ? action : undefined, view, rest)) return { refused: 'wrong-action' }
  if (!isAtRest(view, rest)) return { challenge, ask: false }
  const since = challenge.since ?? challenge.at
  const pause = challenge.pauses[challenge.index] ?? 0
  const known = view.person?.id === visitor.person.id
  if (!known || challenge.at - since < pause) return { challenge: { ...challenge, since }, ask: false }
  return {
    challenge: { ...challenge, since, step: 'identity', deadline: challenge.at + limits.identity },
    ask: true,
  }
}

/** It is still the same person: the next action, or the end. */
function next(challenge: Challenge, at: number): Verdict {
  const index = challenge.index + 1
  if (index >= challenge.actions.length) return { passed: true }
  const begun: Challenge = {
    ...challenge,
    index,
    step: 'act',
    deadline: at + limits.action,
    rested: false,
    since: null,
  }
  return { challenge: begun, ask: false }
}
