import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute, type Model } from '@hearth/contract'
import { decodePicture, encodePicture, type Picture, resizePicture } from '@hearth/media'
import { fakeContext } from '@hearth/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import catalogue from '../families/human/checkpoints.json' with { type: 'json' }
import { family } from '../families/human/family.ts'
import { load } from '../families/human/load.ts'
import { peopleQuestion } from '../people/question.ts'
import { task } from '../recognise-faces/spec.ts'
import { type Action, actions, drawActions } from './actions.ts'
import type { SeenFace } from './face-view.ts'
import { frameOf, type Pose } from './held-pictures.ts'
import { advance, type Kiosk, newKiosk, viewOf } from './kiosk.ts'
import { type Doing, type Features, puppet } from './puppet.ts'
import { seeded } from './seeded.ts'

/** Pictures through the real models, and what comes of them through the challenge. Everybody counts as known here. */

const repo = join(import.meta.dirname, '../../../..')
const rules = { challenge: true, actions: 3, blink: true }
const side = 320
let model: Model
const portraits: { name: string; photo: Picture; features: Features }[] = []

beforeAll(async () => {
  const entry = checkpointEntry.parse(catalogue[0])
  const dir = join(repo, 'models/starter/faces')
  const checkpoint: Checkpoint = { ...entry, family: family.id, dir, digest: 'unverified', tasks: [...family.tasks] }
  model = await load(checkpoint, { device: 'cpu', deviceIndex: 0, threads: 1 })
  for (const name of ['obama', 'astronaut']) {
    const bytes = readFileSync(join(repo, `packages/testing/photos/${name}.jpg`))
    const photo = await aroundFace(await decodePicture(new Uint8Array(bytes)))
    const { left_eye, right_eye, nose, mouth } = (await see(photo)).landmarks
    if (!mouth) throw new Error('no mouth was found')
    portraits.push({ name, photo, features: { left_eye, right_eye, nose, mouth } })
  }
})
afterAll(() => model.dispose())

const known = (question: unknown) => {
  const person = { id: 'ann', name: 'Ann' }
  const matches = peopleQuestion.parse(question).vectors.map(() => ({ person, similarity: 0.9, margin: null }))
  return { threshold: 0.5, threshold_from: 'question', matches }
}

/** The face of a frame, as one of a stream that never loses it. */
async function see(picture: Picture): Promise<SeenFace> {
  const references = { 'upload:frame0000': await encodePicture(picture, { format: 'jpeg', quality: 90 }) }
  const context = fakeContext({ references, keepers: { people: known } })
  const output = task.output.parse(await execute(model, task, { image: 'upload:frame0000' }, context))
  const [face] = output.faces.toSorted((a, b) => b.quality.size - a.quality.size)
  if (!face) throw new Error('no face was found')
  return { ...face, track: 1 }
}

/** A square with the face in its middle. */
async function aroundFace(photo: Picture): Promise<Picture> {
  const [x1, y1, x2, y2] = (await see(photo)).bbox
  const half = Math.round(Math.max(x2 - x1, y2 - y1))
  const [left, top] = [Math.round((x1 + x2) / 2) - half, Math.round((y1 + y2) / 2) - half]
  const cut: Picture = {
    width: 2 * half,
    height: 2 * half,
    channels: 3,
    data: new Uint8Array(12 * half * half).fill(128),
  }
  for (let y = 0; y < cut.height; y += 1) {
    for (let x = 0; x < cut.width; x += 1) {
      const [px, py] = [x + left, y + top]
      if (px < 0 || py < 0 || px >= photo.width || py >= photo.height) continue
      const from = (py * photo.width + px) * photo.channels
      cut.data.set(photo.data.subarray(from, from + 3), (y * cut.width + x) * 3)
    }
  }
  return resizePicture(cut, side, side, 'stretch')
}

/** A kiosk before which faces pass, ten a second, until it has decided or the faces are over. */
function decide(seed: number, next: (asked: Action | undefined, frame: number) => SeenFace, frames = 300) {
  const random = seeded(seed)
  let kiosk: Kiosk = newKiosk
  let challenged = false
  for (let frame = 0; frame < frames; frame += 1) {
    const at = frame / 10
    const { challenge } = viewOf(kiosk, at)
    challenged ||= challenge !== undefined
    const asked = challenge?.step === 'act' ? challenge.action : undefined
    const step = advance(kiosk, { kind: 'frame', at, height: side, faces: [next(asked, frame)] }, rules, random)
    kiosk = step.kiosk
    if (step.ask) kiosk = advance(kiosk, { kind: 'identity', at, person: 'ann' }, rules, random).kiosk
    if (kiosk.state.phase === 'granted') return 'granted'
  }
  return challenged ? 'refused' : 'never challenged'
}

const steps = 8
const swing = (step: number, by: number) => by * Math.sin((step * 2 * Math.PI) / steps)
/** So many frames of each; before and after it the picture is held still. */
const movements: [string, (step: number) => Pose][] = [
  ['waved', step => ({ x: swing(step, 0.06), y: swing(step * 2, 0.03) })],
  ['turned in its plane', step => ({ roll: swing(step, 22) })],
  ['turned like a head', step => ({ yaw: swing(step, 48) })],
  ['bent back', step => ({ pitch: swing(step, 58) })],
  ['turned and bent', step => ({ yaw: swing(step, 40), pitch: swing(step * 2, 45) })],
  ['brought nearer', step => ({ scale: 1 + swing(step, 0.2) })],
]

describe.each([
  ['printed', undefined],
  ['on a screen', { flicker: 0.08 }],
])('a photograph %s', (_, screen) => {
  it.each(movements)('is not let in when it is %s', async (_, move) => {
    // Frames cost most of this test: the screen is tried with one portrait.
    for (const { name, photo } of screen ? portraits.slice(1) : portraits) {
      const faces: SeenFace[] = []
      for (let step = 0; step < steps; step += 1) {
        const light = screen && { flicker: screen.flicker * (step % 2 ? 1 : -1) }
        faces.push(await see(frameOf(photo, { pose: move(step), ...(light && { screen: light }) }, side, side)))
      }
      const still = await see(frameOf(photo, { pose: {}, ...(screen && { screen }) }, side, side))
      // Moved at once, or only when something is asked for.
      const shows = [
        (asked: Action | undefined, frame: number) => (asked === undefined ? still : faces[frame % steps]),
        (_: Action | undefined, frame: number) => (frame % 40 < 12 ? still : faces[frame % steps]),
      ]
      for (const show of shows) {
        const ends = seeds(15).map(seed => decide(seed, (asked, frame) => show(asked, frame) ?? still))
        expect(new Set(ends), name).toEqual(new Set(['refused']))
      }
    }
  })
})

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const acting: Record<Action, Doing> = {
  blink: { blink: 0.9 },
  turn_left: { yaw: 50 },
  turn_right: { yaw: -50 },
  open_mouth: { open: 1.2 },
}

describe('a face that acts', () => {
  const seen = new Map<Action | 'rest', SeenFace>()
  const faceOf = (action: Action | 'rest'): SeenFace => {
    const face = seen.get(action)
    if (!face) throw new Error(`the puppet was not seen to ${action}`)
    return face
  }
  beforeAll(async () => {
    const [, astronaut] = portraits
    if (!astronaut) throw new Error('there is no portrait')
    const { photo, features } = astronaut
    seen.set('rest', await see(puppet(photo, features, {})))
    for (const action of actions) seen.set(action, await see(puppet(photo, features, acting[action])))
  })

  it('is let in where it does what is asked for: the models see all four actions', () => {
    for (const seed of seeds(25)) {
      let since = 0
      const end = decide(seed, asked => {
        since = asked === undefined ? 0 : since + 1
        return faceOf(asked !== undefined && since > 4 ? asked : 'rest')
      })
      expect(end, `seed ${seed}`).toBe('granted')
    }
  })

  it('as a recording of one order is let in only where that order is asked for', () => {
    const order: Action[] = ['turn_left', 'open_mouth', 'blink']
    const rest = (frames: number): (Action | 'rest')[] => Array.from({ length: frames }, () => 'rest')
    const clip = order.flatMap(action => [...rest(14), action, action, action, ...rest(4)])
    const first = (seed: number) =>
      decide(seed, (_, frame) => faceOf(frame < 8 ? 'rest' : (clip[(frame - 8) % clip.length] ?? 'rest')), 90)
    const passed = seeds(600).filter(seed => first(seed) === 'granted')
    for (const seed of passed) expect(drawActions(3, seeded(seed))).toEqual(order)
    expect(passed.length / 600).toBeLessThan(0.05)
  })
})
