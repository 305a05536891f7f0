import { AppError } from '@hearth/contract'
import { createLogger } from '@hearth/log'
import { task as echo } from '@hearth/testing/echo/spec'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FrameNews, FrameStream, type FrameStreamOptions } from './frame-stream.ts'
import type { LiveAnswer, LiveLane, LiveRun } from './live-lane.ts'

const jpeg = Buffer.from([0xff, 0xd8, 0xff])
const log = createLogger({ logLevel: 'silent' }, 'test')
const config = { liveFrame: 100, liveStreams: 1, liveFps: 10 }

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

function lane(run: (run: LiveRun) => Promise<unknown>): LiveLane {
  const timings = { engine_ms: 1, total_ms: 2 }
  return {
    run: async request => ({ output: await run(request), files: [], model: 'echo', timings }) satisfies LiveAnswer,
    open: async () => ({ stream: 's', model: 'echo' }),
    close: () => undefined,
    keep: () => undefined,
  }
}

function create(live: LiveLane, more: Partial<FrameStreamOptions> = {}) {
  const news: FrameNews[] = []
  const deliver = async (item: FrameNews) => void news.push(item)
  const options = {
    owner: 'o',
    counted: 'k',
    task: 'echo',
    options: { text: 'x' },
    deliver,
    onTooSlow: () => undefined,
  }
  return { news, stream: new FrameStream({ config, tasks: [echo], live, log }, { ...options, ...more }) }
}

describe('a stream of frames', () => {
  it('begins no more frames a second than it may, and always with the newest', async () => {
    const { news, stream } = create(lane(async () => null))
    const sent = 50
    for (let number = 1; number <= sent; number++) {
      stream.frame(number, jpeg)
      await vi.advanceTimersByTimeAsync(20)
    }
    await vi.advanceTimersByTimeAsync(200)
    expect(news.length).toBeGreaterThanOrEqual(9)
    expect(news.length).toBeLessThanOrEqual(12)
    expect(news.at(-1)).toMatchObject({ frame: sent, dropped: sent - news.length })
  })

  it('waits a moment after a refusal, and takes the newest frame then', async () => {
    let busy = true
    const { news, stream } = create(
      lane(async () => {
        if (busy) throw new AppError('device-busy', 'busy', { retryAfter: 5 })
        return null
      }),
    )
    stream.frame(1, jpeg)
    await vi.advanceTimersByTimeAsync(1)
    for (const number of [2, 3, 4]) stream.frame(number, jpeg)
    busy = false
    await vi.advanceTimersByTimeAsync(400)
    expect(news).toMatchObject([{ kind: 'problem', frame: 1, error: { code: 'device-busy', retry_after: 5 } }])
    await vi.advanceTimersByTimeAsync(200)
    expect(news.slice(1)).toMatchObject([{ kind: 'answer', frame: 4, dropped: 2 }])
  })

  it('tells of a reader who takes nothing for ten seconds', async () => {
    const onTooSlow = vi.fn()
    const { stream } = create(
      lane(async () => null),
      { deliver: () => new Promise(() => undefined), onTooSlow },
    )
    stream.frame(1, jpeg)
    await vi.advanceTimersByTimeAsync(9_900)
    expect(onTooSlow).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(200)
    expect(onTooSlow).toHaveBeenCalledOnce()
  })

  it('is counted until it is closed, and says nothing after that', async () => {
    const live = lane(
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    const { news, stream } = create(live)
    expect(() => create(live)).toThrow(/HEARTH_LIVE_STREAMS|no more/)
    stream.frame(1, jpeg)
    await vi.advanceTimersByTimeAsync(1)
    stream.close()
    stream.close()
    stream.frame(2, jpeg)
    await vi.advanceTimersByTimeAsync(1000)
    expect(news).toEqual([])
    create(live).stream.close()
  })
})
