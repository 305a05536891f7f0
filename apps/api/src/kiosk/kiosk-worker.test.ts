import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { consentText } from '@hearth/faces/people'
import { attendance } from '@hearth/store'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'

interface State {
  phase: string
  reason?: string
  person?: { name: string }
}

let api: ApiUnderTest
let worker: ChildProcess
let socket: Socket
let states: State[] = []
const portrait = (name: string) => readFile(new URL(`../../../../packages/testing/photos/${name}.jpg`, import.meta.url))

beforeAll(async () => {
  api = await startApi()
  worker = await api.startWorker()
  const picture = (await portrait('obama')).toString('base64')
  const enrolled = await api.post('/api/v1/people', {
    name: 'Barack',
    images: [`data:image/jpeg;base64,${picture}`],
    consent: { given_by: 'Barack', text_version: consentText.version },
  })
  expect(enrolled.status).toBe(201)
  const key = await api.makeKey({ scopes: ['kiosk'] })
  socket = io(`${api.url}/kiosk`, { auth: { key }, transports: ['websocket'], reconnection: false })
  socket.on('state', (state: State) => states.push(state))
  await new Promise(resolve => socket.once('settings', resolve))
})
afterAll(async () => {
  socket?.disconnect()
  await api?.stop()
})

/** Holds a picture before the camera until a state is told that is wanted. */
async function holdUntil(what: string, picture: Uint8Array, good: (state: State) => boolean): Promise<State[]> {
  states = []
  let number = 0
  await until(
    what,
    async () => {
      socket.emit('frame', number, picture)
      number += 1
      return states.some(good)
    },
    found => found,
  )
  return states
}

it('does not let a photograph of somebody known in, nor anybody unknown', async () => {
  const stranger = await holdUntil(
    'a stranger is unknown',
    await portrait('biden'),
    ({ reason }) => reason === 'unknown',
  )
  expect(stranger.some(({ phase }) => phase === 'challenge')).toBe(false)
  const seen = await holdUntil('the photograph is refused', await portrait('obama'), ({ phase }) => phase === 'refused')
  expect(seen.find(({ phase }) => phase === 'challenge')?.person).toEqual({ name: 'Barack' })
  // Nothing was acted in time; where frames are looked at seldom, the face counts as having been away before that.
  expect(['too-slow', 'interrupted']).toContain(seen.at(-1)?.reason)
  expect(seen.some(({ phase }) => phase === 'granted')).toBe(false)
  expect(await attendance.list(api.deps.store, { owner: api.owner, limit: 9 })).toEqual([])
})

it('goes on by itself when the worker was killed and is back', async () => {
  const picture = await portrait('biden')
  worker.kill('SIGKILL')
  await holdUntil('the worker is away', picture, ({ phase }) => phase === 'worker-away')
  await api.startWorker()
  await holdUntil('the worker is back', picture, ({ reason }) => reason === 'unknown')
})
