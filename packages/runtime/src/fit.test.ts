import type { DeviceView, ResidentView } from '@hearth/contract'
import { describe, expect, it } from 'vitest'
import { fit } from './fit.ts'

const device = (id: string, budget: number, used = 0, usable = true): DeviceView => ({
  id,
  kind: id.startsWith('cuda') ? 'cuda' : 'cpu',
  title: id,
  usable,
  reason: '',
  memory_budget: budget,
  memory_used: used,
  threads: 1,
})
const resident = (model: string, on: string, bytes: number): ResidentView => ({
  model,
  family: 'x',
  device: on,
  state: 'idle',
  bytes,
  pid: 1,
  idle_since: null,
})

describe('fit', () => {
  it('says now with the room that is free', () => {
    const worker = { devices: [device('cpu', 100, 30)], residents: [resident('b', 'cpu', 30)] }
    expect(fit({ engine: 'onnx', model: 'a', bytes: 60 }, worker)).toEqual({
      fits: 'now',
      device: 'cpu',
      needed_bytes: 60,
      free_bytes: 70,
      free_after_eviction_bytes: 100,
      estimated_seconds: null,
    })
  })

  it('says after-eviction where others have to leave', () => {
    const worker = { devices: [device('cpu', 100, 50)], residents: [resident('b', 'cpu', 50)] }
    expect(fit({ engine: 'onnx', model: 'a', bytes: 60 }, worker)).toMatchObject({
      fits: 'after-eviction',
      free_bytes: 50,
    })
  })

  it('counts the own room of a resident model as free', () => {
    const worker = { devices: [device('cpu', 100, 90)], residents: [resident('a', 'cpu', 90)] }
    expect(fit({ engine: 'onnx', model: 'a', bytes: 95 }, worker)).toMatchObject({ fits: 'now', free_bytes: 100 })
  })

  it('says never, with the largest device there is, to what is larger than all', () => {
    const worker = { devices: [device('cuda:0', 80), device('cpu', 100)], residents: [] }
    expect(fit({ engine: 'onnx', model: 'a', bytes: 101 }, worker)).toMatchObject({
      fits: 'never',
      device: null,
      needed_bytes: 101,
      free_after_eviction_bytes: 100,
    })
  })

  it('prefers a card, and takes the CPU for what no card can hold', () => {
    const worker = { devices: [device('cuda:0', 80), device('cpu', 100)], residents: [] }
    expect(fit({ engine: 'onnx', model: 'a', bytes: 50 }, worker).device).toBe('cuda:0')
    expect(fit({ engine: 'onnx', model: 'a', bytes: 90 }, worker).device).toBe('cpu')
    expect(fit({ engine: 'sherpa', model: 'a', bytes: 50 }, worker).device).toBe('cpu')
  })

  it('ignores devices that are not usable', () => {
    const worker = { devices: [device('cuda:0', 80, 0, false)], residents: [] }
    expect(fit({ engine: 'onnx', model: 'a', bytes: 50 }, worker).fits).toBe('never')
  })

  it('asks no device for engines that take none', () => {
    expect(fit({ engine: 'none', model: 'a', bytes: 50 }, { devices: [], residents: [] }).fits).toBe('now')
  })
})
