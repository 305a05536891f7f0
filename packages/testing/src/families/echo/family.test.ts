import { AppError } from '@hearth/contract'
import { describe, expect, it } from 'vitest'
import { task as echo } from '../../echo/spec.ts'
import { executorSuite } from '../../executor-suite.ts'
import { family } from './family.ts'
import { load } from './load.ts'

const [small, large, , broken] = family.builtin ?? []

executorSuite('echo', {
  load,
  checkpoint: small!,
  task: echo,
  family,
  input: { text: 'hello', steps: 5, bytes: 100_000 },
  longInput: { text: 'hello', steps: 50, step_ms: 1 },
})

describe('echo', () => {
  it('refuses its broken checkpoint', async () => {
    const loading = load(broken!, { device: 'cpu', deviceIndex: 0, threads: 1 })
    await expect(loading).rejects.toMatchObject({ code: 'model-broken' })
    await expect(loading).rejects.toBeInstanceOf(AppError)
  })

  it('estimates more for larger checkpoints and inputs', () => {
    expect(family.estimate(large!)).toBeGreaterThan(600 * 2 ** 20)
    expect(family.estimate(small!, { text: 'x', bytes: 1000 })).toBe(family.estimate(small!) + 4000)
    expect(family.work?.({ text: 'x', steps: 3, step_ms: 5 })).toBe(15)
  })

  it('has examples that parse', () => {
    for (const example of echo.examples) expect(echo.input.safeParse(example.input).success).toBe(true)
  })
})
