import { describe, expect, it } from 'vitest'
import { samplerList, samplerName, samplerOf } from './sampler-names.ts'

const ids = [
  'ddim',
  'dpmpp-2m',
  'dpmpp-2m-karras',
  'dpmpp-2m-sde',
  'euler',
  'euler-ancestral',
  'lcm',
  'unipc',
  'brand-new',
]

describe('samplerOf', () => {
  it.each([
    ['Euler a', undefined, 'euler-ancestral'],
    ['Euler a', 'automatic', 'euler-ancestral'],
    ['k_euler', 'Automatic', 'euler'],
    ['DPM++ 2M Karras', undefined, 'dpmpp-2m-karras'],
    ['DPM++ 2M', 'Karras', 'dpmpp-2m-karras'],
    ['DPM++ 2M', 'Automatic', 'dpmpp-2m-karras'],
    ['DPM++ 2M', 'Uniform', 'dpmpp-2m'],
    ['DPM++ 2M', 'normal', 'dpmpp-2m'],
    ['dpm++ 2m sde', 'no such schedule', 'dpmpp-2m-sde'],
    ['DDIM', 'uniform', 'ddim'],
    ['brand-new', undefined, 'brand-new'],
    ['dpmpp-2m', undefined, 'dpmpp-2m'],
  ])('%s with %s is %s', (name, scheduler, id) => {
    expect(samplerOf(ids, name, scheduler)).toBe(id)
  })

  it('refuses what it does not have and says what there is', () => {
    expect(() => samplerOf(ids, 'Heun')).toThrow('Sampler not found: Heun')
    expect(() => samplerOf(ids, 'Euler', 'Karras')).toThrow(/Scheduler not found/)
    expect(() => samplerOf(ids, 'DPM++ 2M SDE Exponential')).toThrow(/Scheduler not found/)
    expect(() => samplerOf(ids, 'DPM++ 2M', 'SGM Uniform')).toThrow(/Scheduler not found/)
  })
})

it('lists each sampler once, under names that lead back to it', () => {
  const list = samplerList(ids)
  expect(list.map(({ name }) => name)).toEqual([
    'DDIM',
    'DPM++ 2M',
    'DPM++ 2M SDE',
    'Euler',
    'Euler a',
    'LCM',
    'UniPC',
    'brand-new',
  ])
  for (const { name, aliases } of list) {
    for (const word of [name, ...aliases]) expect(() => samplerOf(ids, word), word).not.toThrow()
  }
  for (const id of ids) {
    const { name, schedule } = samplerName(id)
    expect(samplerOf(ids, name, schedule)).toBe(id)
  }
})
