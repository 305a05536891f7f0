import { describe, expect, it } from 'vitest'
import { speechSpans, vadWindow } from './speech-spans.ts'

const usual = { threshold: 0.5, min_speech_duration_ms: 250, min_silence_duration_ms: 100, speech_pad_ms: 30 }
const times = (count: number, likelihood: number) => new Array<number>(count).fill(likelihood)

/** What came out, and after which window. */
function listen(likelihoods: readonly number[], some: Partial<Parameters<typeof speechSpans>[0]> = {}) {
  const finder = speechSpans({ ...usual, ...some })
  const heard = likelihoods.flatMap((likelihood, window) => finder.hear(likelihood).map(span => ({ window, ...span })))
  return { heard, rest: finder.end(likelihoods.length * vadWindow) }
}

describe('a live stream', () => {
  it('gives a span as soon as the pause behind it is long enough', () => {
    const { heard, rest } = listen([...times(10, 0), ...times(20, 0.9), ...times(100, 0)])
    // 30 windows, and the first whose beginning is 1600 samples behind their end.
    expect(heard).toEqual([{ window: 34, start: 10 * vadWindow - 480, end: 30 * vadWindow + 480 }])
    expect(rest).toEqual([])
  })

  it('tells of speech that goes on once it will be a span however it ends', () => {
    const finder = speechSpans(usual, 3 * vadWindow)
    const open = [...times(4, 0), ...times(12, 0.9), ...times(5, 0)].map(likelihood => {
      const closed = finder.hear(likelihood).length > 0
      return closed ? 'closed' : finder.open()
    })
    // 250 milliseconds are 7.8 windows.
    expect(open.slice(0, 11).every(value => value === undefined)).toBe(true)
    expect(open.slice(11)).toEqual([...new Array(9).fill(7 * vadWindow), 'closed'])
    expect(finder.open()).toBeUndefined()
  })

  it('waits where the next span may still come too near', () => {
    const { heard } = listen([...times(20, 0.9), ...times(40, 0)], { speech_pad_ms: 400 })
    expect(heard).toEqual([{ window: 45, start: 0, end: 20 * vadWindow + 6400 }])
  })

  it('parts speech without a pause at its limit, and a span that is never ended with the sound', () => {
    const { heard, rest } = listen(times(100, 0.9), { max_speech_duration_s: 1, speech_pad_ms: 0 })
    expect(heard.map(({ start, end }) => [start / vadWindow, end / vadWindow])).toEqual([
      [0, 31],
      [32, 63],
      [64, 95],
    ])
    expect(rest).toEqual([])
  })

  it('holds a voice that falls a little below the threshold', () => {
    const { heard, rest } = listen([...times(10, 0.9), ...times(30, 0.4), ...times(10, 0.6)])
    expect([heard, rest]).toEqual([[], [{ start: 0, end: 50 * vadWindow }]])
  })
})
