import type { CameraEvent } from '@hearth/contract'
import { expect, test } from 'vitest'
import { afterEvent, nothingYet } from './sight-of-camera.ts'

const connecting: CameraEvent = { kind: 'state', state: 'connecting' }
const error = { code: 'unavailable' as const, message: 'the stream ended', retryable: true }
const frame: CameraEvent = {
  ...{ kind: 'frame', frame: 1, task: 'look', output: 7, engine_ms: 1, delay_ms: 2, dropped: 0 },
  image: new Uint8Array(1),
}
const after = (...events: CameraEvent[]) => events.reduce(afterEvent, nothingYet)

test('the reason stays while it is tried again, and goes with the next picture', () => {
  const broken: CameraEvent = { kind: 'state', state: 'error', error, retry_in: 1 }
  expect(after(connecting, broken, connecting)).toMatchObject({ state: 'error', problem: error })
  expect(after(broken, connecting, frame)).toMatchObject({ state: 'live', problem: null })
  expect(after(frame, connecting)).toMatchObject({ state: 'connecting', frame: { frame: 1 } })
})

test('a worker that is away is no broken stream; nothing is looked at meanwhile', () => {
  const live: CameraEvent = { kind: 'state', state: 'live', fps: 5 }
  expect(after(live, frame)).toMatchObject({ state: 'live', fps: 5 })
  const away: CameraEvent = { kind: 'state', state: 'away', error, retry_in: 1 }
  expect(after(live, frame, away)).toMatchObject({ state: 'away', fps: 0, frame: { output: 7 } })
})

test('the bytes of a picture are not kept', () => {
  expect(after(frame).frame).not.toHaveProperty('image')
})
