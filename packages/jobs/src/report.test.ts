import { AppError, type JobEventBody, type Progress } from '@hearth/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createReporter } from './report.ts'
import { thin } from './thin.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('thin passes the first at once, then the latest of each interval', () => {
  const passed: number[] = []
  const thinned = thin<number>(100, value => passed.push(value))
  thinned.offer(1)
  expect(passed).toEqual([1])
  for (let value = 2; value <= 9; value++) thinned.offer(value)
  expect(passed).toEqual([1])
  vi.advanceTimersByTime(100)
  expect(passed).toEqual([1, 9])
  vi.advanceTimersByTime(1000)
  expect(passed).toEqual([1, 9])
  thinned.offer(10)
  thinned.offer(11)
  expect(passed).toEqual([1, 9, 10])
  thinned.flush()
  thinned.flush()
  expect(passed).toEqual([1, 9, 10, 11])
})

describe('a reporter', () => {
  function make(keep: (latest: { progress?: Progress }) => Promise<void> = async () => {}) {
    const passed: JobEventBody[] = []
    const kept: { progress?: Progress; preview?: { bytes: Uint8Array; mime: string } }[] = []
    const milestones: JobEventBody[] = []
    const faults: unknown[] = []
    const reporter = createReporter({
      pass: body => passed.push(body),
      milestone: async makeBody => void milestones.push(makeBody()),
      keep: async latest => {
        kept.push(latest)
        await keep(latest)
      },
      onFault: error => faults.push(error),
    })
    return { reporter, passed, kept, milestones, faults }
  }

  test('thins 10 s of steps to ten live events a second, a milestone a second, two writes a second', async () => {
    const { reporter, passed, kept, milestones } = make()
    for (let done = 1; done <= 1000; done++) {
      reporter.progress({ done, total: 1000 })
      reporter.preview(new Uint8Array([done % 256]), 'image/jpeg')
      await vi.advanceTimersByTimeAsync(10)
    }
    await reporter.close()
    const live = passed.filter(body => body.type === 'progress')
    expect(live.length).toBeGreaterThan(80)
    expect(live.length).toBeLessThanOrEqual(101)
    expect(passed.filter(body => body.type === 'preview').length).toBeLessThanOrEqual(102)
    expect(milestones.length).toBeGreaterThanOrEqual(8)
    expect(milestones.length).toBeLessThanOrEqual(10)
    expect(kept.length).toBeLessThanOrEqual(22)
    const done = live.map(body => (body.type === 'progress' ? body.done : 0))
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(kept.findLast(latest => latest.progress)?.progress).toEqual({ done: 1000, total: 1000 })
  })

  test('writes no more milestones than there are tenths, however slow the work', async () => {
    const { reporter, milestones } = make()
    for (let done = 0; done <= 30; done++) {
      reporter.progress({ done, total: 30 })
      await vi.advanceTimersByTimeAsync(5000)
    }
    expect(milestones).toHaveLength(10)
    expect(milestones.at(-1)).toMatchObject({ done: 30 })
  })

  test('keeps one write on its way, and the latest of what came meanwhile', async () => {
    const gates: (() => void)[] = []
    const { reporter, kept } = make(() => new Promise(resolve => gates.push(resolve)))
    reporter.progress({ done: 1, total: 9 })
    await vi.advanceTimersByTimeAsync(20_000)
    for (let done = 2; done <= 5; done++) {
      reporter.progress({ done, total: 9 })
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(kept).toHaveLength(1)
    const closing = reporter.close()
    gates.shift()?.()
    await vi.waitFor(() => expect(kept).toHaveLength(2))
    gates.shift()?.()
    await closing
    expect(kept.map(latest => latest.progress?.done)).toEqual([1, 5])
  })

  test('drops what it cannot store while the database is away, and reports anything else', async () => {
    let error: unknown = new AppError('unavailable', 'away')
    const { reporter, faults } = make(async () => {
      throw error
    })
    reporter.progress({ done: 1, total: 2 })
    await vi.advanceTimersByTimeAsync(1000)
    expect(faults).toEqual([])
    error = new Error('a bug')
    reporter.progress({ done: 2, total: 2 })
    await reporter.close()
    expect(faults).toEqual([error])
  })

  test('says nothing after its end', async () => {
    const { reporter, passed, kept } = make()
    await reporter.close()
    reporter.progress({ done: 1, total: 2 })
    reporter.preview(new Uint8Array(1), 'image/jpeg')
    await vi.advanceTimersByTimeAsync(1000)
    expect([...passed, ...kept]).toEqual([])
  })
})
