import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { clips } from '../../../../packages/speech/src/families/silero-vad/clips-under-test.ts'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'
import { callerOfKey } from '../auth/caller.ts'
import { alaw, ulaw } from './g711.ts'
import { Listener, type Turn } from './listener.ts'
import type { News } from './news.ts'
import { type Session, usualSession, usualTurns } from './session.ts'
import { clientSound, type Silero, spokenClip, startSilero } from './silero-under-test.ts'

let api: ApiUnderTest
let silero: Silero
beforeAll(async () => {
  api = await startApi()
  silero = await startSilero()
}, 60_000)
afterAll(async () => {
  await silero?.model.dispose()
  await api?.stop()
})

async function startListener(turns: Partial<Session['input']['turns']> = {}) {
  const news: News[] = []
  const turnsTaken: Turn[] = []
  const failures: unknown[] = []
  const session = { ...usualSession, input: { ...usualSession.input, turns: { ...usualTurns, ...turns } } }
  const deps = { ...api.deps, live: { ...api.deps.live, ...silero.live } }
  const listener = new Listener(deps, await callerOfKey(deps, api.key), session, {
    tell: told => void news.push(told),
    started: () => undefined,
    turn: turn => void turnsTaken.push(turn),
    failed: thrown => void failures.push(thrown),
  })
  const times = (kind: 'speech-started' | 'speech-stopped') =>
    news.flatMap(told => (told.kind === kind ? [told.at] : []))
  return { listener, turns: turnsTaken, failures, news, times }
}

/** Sends sound in pieces of odd sizes; waits when it is told to. */
async function send(listener: Listener, sound: Buffer, most = 0): Promise<number> {
  const sizes = [4801, 960, 7, 12_000]
  let kept = most
  for (let at = 0, turn = 0; at < sound.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 960
    await listener.append(sound.subarray(at, at + size))
    at += size
    kept = Math.max(kept, listener.kept)
  }
  return kept
}

/** Milliseconds into the clip, as the model's own program hears it. It widens what it finds by 30. */
const firstWord = (clips.find(({ name }) => name === 'speech')?.spans[0]?.[0]?.[0] ?? Number.NaN) / 16 + 30
const silence = (milliseconds: number) => Buffer.alloc(48 * milliseconds)

describe('ten minutes of sound, faster than they last', () => {
  it('have every turn where it was spoken, and are not kept', async () => {
    const { listener, turns, failures, times } = await startListener()
    const clip = clientSound(await spokenClip())
    const length = clip.length / 48
    const places: number[] = []
    let sent = 0
    let kept = 0
    for (let pause = 3000; sent < 600_000; pause = 3000 + ((pause * 7) % 29_000)) {
      kept = await send(listener, silence(pause), kept)
      places.push(sent + pause)
      kept = await send(listener, clip, kept)
      sent += pause + length
    }
    await send(listener, silence(2000))
    await vi.waitFor(() => expect(times('speech-stopped')).toHaveLength(places.length), 60_000)
    const wanted = places.map(place => place + firstWord - usualTurns.prefix_padding_ms)
    const apart = times('speech-started').map((at, turn) => Math.abs(at - (wanted[turn] ?? Number.NaN)))
    expect(places.length).toBeGreaterThan(20)
    expect(Math.max(...apart)).toBeLessThan(100)
    expect(turns.every(({ milliseconds }) => Math.abs(milliseconds - (turns[0]?.milliseconds ?? 0)) < 100)).toBe(true)
    expect(failures).toEqual([])
    // Half a minute may wait, behind it the turn that goes on and what may become a part of the next.
    expect(kept / 16_000).toBeLessThan(30 + length / 1000 + 3)
    listener.close()
  })
})

describe('sound that comes in', () => {
  it('is heard on where a worker takes over that knows nothing of it', async () => {
    const { listener, turns, times, failures } = await startListener()
    const clip = clientSound(await spokenClip())
    await send(listener, Buffer.concat([silence(1000), clip, silence(1000)]))
    await vi.waitFor(() => expect(turns).toHaveLength(1), 60_000)
    silero.forget()
    await send(listener, Buffer.concat([silence(1000), clip, silence(1000)]))
    await vi.waitFor(() => expect(turns).toHaveLength(2), 60_000)
    const [one = 0, two = 0] = times('speech-started')
    expect(Math.abs(two - one - 2000 - clip.length / 48)).toBeLessThan(100)
    expect(failures).toEqual([])
    listener.close()
  })

  it('ends a turn of a voice whose worker is gone', async () => {
    const { listener, turns, times } = await startListener()
    const clip = clientSound(await spokenClip())
    await send(listener, clip.subarray(0, 48_000))
    await vi.waitFor(() => expect(times('speech-started')).toHaveLength(1), 60_000)
    silero.forget()
    await send(listener, silence(1000))
    await vi.waitFor(() => expect(turns).toHaveLength(1), 60_000)
    listener.close()
  })

  it('asks whether anybody is there after an answer and silence', async () => {
    const { listener, turns, news } = await startListener({ idle_timeout_ms: 5000 })
    await send(listener, silence(1000))
    listener.answered(2000)
    await send(listener, silence(7500))
    await vi.waitFor(() => expect(turns).toMatchObject([{ sound: undefined, answer: true }]), 60_000)
    const told = news.find(({ kind }) => kind === 'timeout')
    expect(told?.kind === 'timeout' ? Math.abs(told.start - 3000) : Number.NaN).toBeLessThan(5)
    await send(listener, silence(6000))
    expect(turns).toHaveLength(1)
    listener.close()
  })

  it('is only a turn where the client says so, if it wants to', async () => {
    const { listener, turns } = await startListener()
    listener.change({ ...usualSession, input: { ...usualSession.input, turns: null } })
    expect(() => listener.commit()).toThrow('0 ms')
    await send(listener, silence(500))
    listener.clear()
    await send(listener, silence(700))
    listener.commit()
    expect(turns).toMatchObject([{ answer: false }])
    expect(Math.abs((turns[0]?.milliseconds ?? 0) - 700)).toBeLessThan(5)
    expect(() => {
      for (let second = 0; second < 700; second++) void listener.append(silence(1000))
    }).toThrow('wait to be committed')
    listener.close()
  })

  it('comes as telephones send it too', async () => {
    const { listener, turns, times } = await startListener()
    for (const format of ['g711_ulaw', 'g711_alaw'] as const) {
      listener.change({ ...usualSession, input: { ...usualSession.input, format } })
      const { encode } = format === 'g711_ulaw' ? ulaw : alaw
      const clip = await spokenClip()
      // Every other sample: good enough for words.
      const bytes = Buffer.from(clip.filter((_, at) => at % 2 === 0).map(encode))
      const quiet = Buffer.alloc(8000, encode(0))
      await send(listener, Buffer.concat([quiet, bytes, quiet]))
      const wanted = format === 'g711_ulaw' ? 1 : 2
      await vi.waitFor(() => expect(turns).toHaveLength(wanted), 60_000)
    }
    const [one = 0, two = 0] = times('speech-started')
    expect(Math.abs(one - (1000 + firstWord - 300))).toBeLessThan(100)
    expect(Math.abs(two - one - 2000 - (await spokenClip()).length / 16)).toBeLessThan(100)
    listener.close()
  })
})
