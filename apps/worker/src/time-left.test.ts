import { describe, expect, it } from 'vitest'
import { measureTimeLeft } from './time-left.ts'

function clock() {
  let milliseconds = 0
  const time = measureTimeLeft(() => milliseconds)
  return {
    time,
    pass(seconds: number) {
      milliseconds += seconds * 1000
    },
  }
}

describe('time left', () => {
  it('is not known before the first step of a first run', () => {
    const { time } = clock()
    expect(time.left(0, 10)).toBeUndefined()
  })

  it('comes from past runs until a tenth is done', () => {
    const { time, pass } = clock()
    time.expect(100)
    expect(time.left(0, 20)).toBe(100)
    pass(30)
    expect(time.left(1, 20)).toBe(70)
    pass(100)
    expect(time.left(1, 20)).toBe(0)
  })

  it('comes from the run itself from then on', () => {
    const { time, pass } = clock()
    time.expect(100)
    pass(10)
    expect(time.left(5, 10)).toBe(10)
    pass(10)
    expect(time.left(10, 10)).toBe(0)
  })

  it('comes from the run itself at once where nothing else is known', () => {
    const { time, pass } = clock()
    pass(1)
    expect(time.left(1, 100)).toBeCloseTo(99)
  })
})
