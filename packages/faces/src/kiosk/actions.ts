import type { FaceView } from './face-view.ts'

/** What a visitor may be asked to do. Left and right are the visitor's own, before a camera that does not mirror. */
export const actions = ['blink', 'turn_left', 'turn_right', 'open_mouth'] as const
export type Action = (typeof actions)[number]

/** The face at rest, as the challenge found it: actions are judged by what changes. */
export type Rest = Pick<FaceView, 'yaw' | 'pitch' | 'eyes' | 'mouth' | 'nose' | 'rigid'>

/** Degrees from rest at which a head counts as turned. Flat pictures were read as turned by 7 at most. */
const turned = 15
/** Least movement of the nose against eyes and mouth in a turn of a head; 15 degrees give about 0.13. */
const noseMoved = 0.08
/** Most of it that counts as none, and the same for the rigid part of a face. */
const noseStill = 0.06
const rigidStill = 0.14
/** Degrees within which a head counts as still. */
const still = 12
/** Of the opening at rest. A mesh without its own eye model sees shut eyes as 0.6 to 0.75 of open ones. */
const shut = 0.72
const openAgain = 0.85
const mouthOpen = 0.38
const mouthOpens = 0.16
const mouthCloses = 0.12

/** A random sequence: no action twice in a row, and a turn in each, since no flat picture can do that. */
export function drawActions(count: number, random: () => number, allowed: readonly Action[] = actions): Action[] {
  for (;;) {
    const drawn: Action[] = []
    while (drawn.length < count) {
      const left = allowed.filter(action => action !== drawn.at(-1))
      drawn.push(left[Math.min(left.length - 1, Math.floor(random() * left.length))] as Action)
    }
    if (drawn.some(isTurn)) return drawn
  }
}

function isTurn(action: Action): boolean {
  return action === 'turn_left' || action === 'turn_right'
}

/** The middle of several views, number by number, so that one bad frame does not count. */
export function restOf(views: readonly FaceView[]): Rest {
  const median = (of: (view: FaceView) => number): number => {
    const sorted = views.map(of).sort((a, b) => a - b)
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  }
  return {
    yaw: median(({ yaw }) => yaw),
    pitch: median(({ pitch }) => pitch),
    eyes: median(({ eyes }) => eyes),
    mouth: median(({ mouth }) => mouth),
    nose: [median(({ nose }) => nose[0]), median(({ nose }) => nose[1])],
    rigid: median(({ rigid }) => rigid),
  }
}

/** Whether a face is back at rest: straight ahead, eyes open, mouth closed. */
export function isAtRest(view: FaceView, rest: Rest): boolean {
  return (
    Math.abs(view.yaw - rest.yaw) < still &&
    Math.abs(view.pitch - rest.pitch) < still &&
    view.eyes > rest.eyes * openAgain &&
    view.mouth < rest.mouth + mouthCloses
  )
}

/** Whether this frame shows the action at its height. A blink is done when the eyes have opened again: `isAtRest`. */
export function shows(action: Action, view: FaceView, rest: Rest): boolean {
  const yaw = view.yaw - rest.yaw
  const nose = view.nose[0] - rest.nose[0]
  // A head that turns to its own left looks to the right of the picture.
  if (action === 'turn_left') return yaw > turned && nose > noseMoved
  if (action === 'turn_right') return yaw < -turned && nose < -noseMoved
  if (!isStill(view, rest)) return false
  if (action === 'blink') return view.eyes < rest.eyes * shut && view.mouth < rest.mouth + mouthCloses
  return view.mouth > mouthOpen && view.mouth > rest.mouth + mouthOpens
}

/** Neither turned nor tilted: otherwise a picture bent back would seem to shut its eyes or to open its mouth. */
function isStill(view: FaceView, rest: Rest): boolean {
  return (
    Math.abs(view.yaw - rest.yaw) < still &&
    Math.abs(view.pitch - rest.pitch) < still &&
    Math.abs(view.nose[0] - rest.nose[0]) < noseStill &&
    Math.abs(view.rigid / rest.rigid - 1) < rigidStill
  )
}

/** Whether a face plainly does something that was not asked for. Blinking is always allowed: nobody can help it. */
export function doesOther(asked: Action | undefined, view: FaceView, rest: Rest): boolean {
  const yaw = view.yaw - rest.yaw
  if (yaw > turned + 6 && asked !== 'turn_left') return true
  if (yaw < -turned - 6 && asked !== 'turn_right') return true
  return asked !== 'open_mouth' && shows('open_mouth', view, rest)
}
