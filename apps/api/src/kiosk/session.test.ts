import { AppError } from '@hearth/contract'
import type { SeenFace } from '@hearth/faces/kiosk'
import { describe, expect, it } from 'vitest'
import { createSession, type Look, type SessionView } from './session.ts'

const face: SeenFace = {
  bbox: [200, 200, 400, 400],
  score: 0.95,
  landmarks: { left_eye: [255, 280], right_eye: [345, 280], nose: [300, 330], mouth: [300, 370] },
  quality: { size: 200, sharpness: 300, brightness: 120, yaw: 0, pitch: 0, roll: 0 },
  expression: { left_eye_open: 0.3, right_eye_open: 0.3, mouth_open: 0.05 },
  track: 1,
  person: { id: 'ann', name: 'Ann' },
  similarity: 0.8,
  margin: null,
}

/** A session over a worker that this test answers for. */
function rig(challenge = true) {
  const looks: { bytes: Uint8Array; fresh: boolean; answer: PromiseWithResolvers<Look> }[] = []
  const views: SessionView[] = []
  const told: unknown[] = []
  let at = 0
  const session = createSession({
    look(bytes, fresh) {
      const answer = Promise.withResolvers<Look>()
      looks.push({ bytes, fresh, answer })
      return answer.promise
    },
    rules: () => ({ challenge, actions: 1, blink: true }),
    now: () => at,
    random: () => 0.3,
    show: view => views.push(view),
    problem: (frame, error) => told.push(['problem', frame, error.code]),
    granted: (visitor, challenged) => told.push(['granted', visitor.person.name, challenged]),
    refused: (reason, person) => told.push(['refused', reason, person.name]),
  })
  const settled = () => new Promise(resolve => setImmediate(resolve))
  return {
    session,
    looks,
    views,
    told,
    pass(seconds: number) {
      at += seconds
    },
    frame(number: number) {
      session.frame(number, new Uint8Array([number]))
    },
    async answer(...faces: SeenFace[]) {
      looks.at(-1)?.answer.resolve({ height: 600, faces })
      await settled()
    },
    async fail(error: AppError) {
      looks.at(-1)?.answer.reject(error)
      await settled()
    },
    /** A frame and its answer. */
    async see(...faces: SeenFace[]) {
      at += 0.15
      session.frame(0, new Uint8Array([0]))
      looks.at(-1)?.answer.resolve({ height: 600, faces })
      await settled()
    },
  }
}

describe('a kiosk session', () => {
  it('looks at one frame at a time, and at the newest', async () => {
    const kiosk = rig()
    for (const number of [1, 2, 3, 4]) kiosk.frame(number)
    expect(kiosk.looks.map(({ bytes }) => bytes[0])).toEqual([1])
    await kiosk.answer()
    expect(kiosk.looks.map(({ bytes }) => bytes[0])).toEqual([1, 4])
  })

  it('grants a known face where no challenge is set, and tells so once', async () => {
    const kiosk = rig(false)
    for (let frame = 0; frame < 8; frame += 1) await kiosk.see(face)
    expect(kiosk.views.at(-1)).toEqual({ phase: 'granted', person: { name: 'Ann' } })
    expect(kiosk.told).toEqual([['granted', 'Ann', false]])
  })

  it('looks afresh at the frame in which the action is over, and fails closed', async () => {
    const kiosk = rig()
    for (let frame = 0; frame < 8; frame += 1) await kiosk.see(face)
    expect(kiosk.views.at(-1)).toMatchObject({ phase: 'challenge', challenge: { action: 'turn_left' } })
    const turned: SeenFace = {
      ...face,
      landmarks: { ...face.landmarks, nose: [325, 330] },
      quality: { ...face.quality, yaw: 30 },
    }
    for (const seen of [turned, turned]) await kiosk.see(seen)
    for (let frame = 0; frame < 20 && !kiosk.looks.at(-1)?.fresh; frame += 1) await kiosk.see(face)
    expect(kiosk.looks.filter(({ fresh }) => fresh)).toHaveLength(1)
    await kiosk.answer({ ...face, person: null })
    expect(kiosk.told).toEqual([['refused', 'face-changed', 'Ann']])
    expect(kiosk.views.at(-1)).toMatchObject({ phase: 'refused', reason: 'face-changed' })
  })

  it('says that the worker is away, asks once a second, and goes on by itself', async () => {
    const kiosk = rig()
    for (let frame = 0; frame < 8; frame += 1) await kiosk.see(face)
    kiosk.frame(9)
    await kiosk.fail(new AppError('unavailable', 'no worker is running'))
    expect(kiosk.views.at(-1)).toEqual({ phase: 'worker-away', reason: 'unavailable' })
    const asked = kiosk.looks.length
    for (let number = 10; number < 20; number += 1) kiosk.frame(number)
    expect(kiosk.looks).toHaveLength(asked)
    kiosk.pass(1)
    kiosk.frame(20)
    expect(kiosk.looks).toHaveLength(asked + 1)
    await kiosk.answer(face)
    expect(kiosk.views.at(-1)).toMatchObject({ phase: 'look', reason: 'hold-still' })
    expect(kiosk.told).toEqual([])
  })

  it('tells of a frame that is none and stays', async () => {
    const kiosk = rig()
    kiosk.frame(7)
    await kiosk.fail(new AppError('unsupported-media', 'not a picture'))
    expect(kiosk.told).toEqual([['problem', 7, 'unsupported-media']])
    expect(kiosk.views.at(-1)).toEqual({ phase: 'idle' })
  })

  it('refuses when no frames come during a challenge', async () => {
    const kiosk = rig()
    for (let frame = 0; frame < 8; frame += 1) await kiosk.see(face)
    kiosk.pass(1.2)
    kiosk.session.tick()
    expect(kiosk.told).toEqual([['refused', 'interrupted', 'Ann']])
  })

  it('is silent when it is closed', async () => {
    const kiosk = rig()
    kiosk.frame(1)
    kiosk.session.close()
    await kiosk.answer(face)
    kiosk.session.tick()
    expect(kiosk.views).toEqual([])
  })
})
