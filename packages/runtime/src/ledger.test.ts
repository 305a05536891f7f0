import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ledger } from './ledger.ts'

const gpu = { id: 'cuda:0', budget: 100, slots: { batch: 2, live: 1 } }
const claim = (model: string, bytes: number, devices = ['cuda:0']) => ({
  model,
  lane: 'batch' as const,
  bytes,
  devices,
  concurrency: 1,
})

describe('ledger', () => {
  it('reserves before load, and grants a resident model again without a load', () => {
    const ledger = new Ledger([gpu])
    expect(ledger.claim(claim('a', 60), 1)).toEqual({ kind: 'granted', device: 'cuda:0', loaded: false })
    expect(ledger.used('cuda:0')).toBe(60)
    expect(ledger.claim(claim('a', 60), 2)).toEqual({ kind: 'wait', for: 'model', lane: 'batch' })
    ledger.idle('a', 3)
    expect(ledger.claim(claim('a', 60), 4)).toEqual({ kind: 'granted', device: 'cuda:0', loaded: true })
  })

  it('evicts the least recently used idle models, and only as many as it takes', () => {
    const ledger = new Ledger([{ ...gpu, slots: { batch: 4, live: 1 } }])
    for (const [model, at] of [
      ['a', 10],
      ['b', 30],
      ['c', 20],
    ] as const) {
      ledger.claim(claim(model, 30), at)
      ledger.idle(model, at)
    }
    expect(ledger.claim(claim('d', 50), 40)).toEqual({ kind: 'evict', device: 'cuda:0', models: ['a', 'c'] })
    // Their bytes count until their processes are gone.
    expect(ledger.claim(claim('d', 50), 41)).toEqual({ kind: 'wait', for: 'leaving' })
    ledger.remove('a')
    expect(ledger.claim(claim('d', 50), 42)).toEqual({ kind: 'wait', for: 'leaving' })
    ledger.remove('c')
    expect(ledger.claim(claim('d', 50), 43)).toMatchObject({ kind: 'granted', loaded: false })
    expect(ledger.used('cuda:0')).toBe(80)
  })

  it('waits for models in use, and says never to what no device can hold', () => {
    const ledger = new Ledger([gpu])
    ledger.claim(claim('a', 60), 1)
    expect(ledger.claim(claim('b', 60), 2)).toEqual({ kind: 'wait', for: 'room' })
    expect(ledger.claim(claim('b', 101), 2)).toEqual({ kind: 'never' })
  })

  it('gives no more turns on a device than it has', () => {
    const ledger = new Ledger([{ ...gpu, slots: { batch: 1, live: 1 } }])
    ledger.claim(claim('a', 10), 1)
    expect(ledger.claim(claim('b', 10), 2)).toEqual({ kind: 'wait', for: 'turn' })
    ledger.idle('a', 3)
    expect(ledger.claim(claim('b', 10), 4)).toMatchObject({ kind: 'granted' })
  })

  it('takes the next device where the first is full', () => {
    const ledger = new Ledger([gpu, { ...gpu, id: 'cuda:1' }])
    const both = ['cuda:0', 'cuda:1']
    expect(ledger.claim(claim('a', 70, both), 1)).toMatchObject({ device: 'cuda:0' })
    expect(ledger.claim(claim('b', 70, both), 2)).toMatchObject({ device: 'cuda:1' })
  })

  it('makes room for a larger run of a resident model, at the cost of others', () => {
    const ledger = new Ledger([gpu])
    ledger.claim(claim('a', 40), 1)
    ledger.idle('a', 1)
    ledger.claim(claim('b', 40), 2)
    ledger.idle('b', 2)
    expect(ledger.claim(claim('a', 80), 3)).toEqual({ kind: 'evict', device: 'cuda:0', models: ['b'] })
    ledger.remove('b')
    expect(ledger.claim(claim('a', 80), 4)).toMatchObject({ kind: 'granted', loaded: true })
    expect(ledger.used('cuda:0')).toBe(80)
  })

  it('moves a resident model whose run its device cannot hold', () => {
    const ledger = new Ledger([gpu, { ...gpu, id: 'cpu', budget: 500 }])
    ledger.claim(claim('a', 40), 1)
    ledger.idle('a', 1)
    expect(ledger.claim(claim('a', 300, ['cpu']), 2)).toEqual({ kind: 'evict', device: 'cuda:0', models: ['a'] })
    ledger.remove('a')
    expect(ledger.claim(claim('a', 300, ['cpu']), 3)).toMatchObject({ device: 'cpu', loaded: false })
  })

  it('counts what was measured, and names who leaves when that is too much', () => {
    const ledger = new Ledger([gpu])
    ledger.claim(claim('a', 40), 1)
    ledger.idle('a', 1)
    ledger.claim(claim('b', 40), 2)
    ledger.measured('b', 30)
    expect(ledger.used('cuda:0')).toBe(80)
    ledger.measured('b', 70)
    expect(ledger.used('cuda:0')).toBe(110)
    expect(ledger.surplus()).toEqual(['a'])
    expect(ledger.surplus()).toEqual([])
  })

  it('names idle models that nobody has used for long', () => {
    const ledger = new Ledger([gpu])
    ledger.claim(claim('a', 10), 1)
    ledger.claim(claim('b', 10), 1)
    ledger.idle('a', 100)
    expect(ledger.expire(99, 0)).toEqual([])
    expect(ledger.expire(100, 0)).toEqual(['a'])
    expect(ledger.expire(1_000, 0)).toEqual([])
  })

  it('names models when the time is over for which they were to be kept', () => {
    const ledger = new Ledger([gpu])
    for (const model of ['a', 'b', 'c']) {
      ledger.claim(claim(model, 10), 1)
      ledger.idle(model, 100)
    }
    ledger.keep('a', 50)
    ledger.keep('b', Number.POSITIVE_INFINITY)
    ledger.keep('nobody', 0)
    expect(ledger.expire(149, 1_000)).toEqual([])
    expect(ledger.expire(150, 1_000)).toEqual(['a'])
    expect(ledger.expire(1_100, 1_000)).toEqual(['c'])
    expect(ledger.expire(1e12, 1_000)).toEqual([])
  })
})

describe('turns', () => {
  it('are counted apart for what is answered at once', () => {
    const ledger = new Ledger([{ ...gpu, slots: { batch: 1, live: 1 } }])
    const live = (model: string) => ({ ...claim(model, 10), lane: 'live' as const })
    ledger.claim(claim('a', 10), 1)
    expect(ledger.claim(live('b'), 2)).toMatchObject({ kind: 'granted' })
    expect(ledger.claim(live('c'), 3)).toEqual({ kind: 'wait', for: 'turn' })
    // A model computes one thing at a time, whoever asks.
    expect(ledger.claim(live('a'), 4)).toEqual({ kind: 'wait', for: 'model', lane: 'batch' })
  })
})

describe('a held model', () => {
  it('stays for as long as anybody holds it, whether it was there before or not', () => {
    const ledger = new Ledger([gpu])
    ledger.hold('a')
    ledger.hold('a')
    ledger.claim(claim('a', 60), 1)
    ledger.idle('a', 1)
    expect(ledger.claim(claim('b', 60), 2)).toEqual({ kind: 'wait', for: 'room' })
    expect(ledger.expire(1_000, 0)).toEqual([])
    ledger.unhold('a', 3)
    expect(ledger.expire(1_000, 0)).toEqual([])
    ledger.unhold('a', 4)
    expect(ledger.expire(3, 0)).toEqual([])
    expect(ledger.expire(4, 0)).toEqual(['a'])
  })

  it('makes place for another version of itself', () => {
    const ledger = new Ledger([gpu])
    ledger.hold('a')
    ledger.claim(claim('a', 60), 1)
    ledger.idle('a', 1)
    expect(ledger.dismiss('a')).toBe(true)
  })
})

describe('a dismissed model', () => {
  it('leaves if it is idle, once, and never if it is in use', () => {
    const ledger = new Ledger([gpu])
    ledger.claim(claim('a', 10), 1)
    expect(ledger.dismiss('a')).toBe(false)
    ledger.idle('a', 1)
    expect(ledger.dismiss('a')).toBe(true)
    expect(ledger.dismiss('a')).toBe(false)
    expect(ledger.dismiss('b')).toBe(false)
    expect(ledger.claim(claim('a', 10), 2)).toEqual({ kind: 'wait', for: 'model', lane: 'batch' })
  })
})

describe('a model that serves several runs at once', () => {
  const shared = (lane: 'batch' | 'live', bytes = 60) => ({ ...claim('a', bytes), lane, concurrency: 3 })

  it('is given to as many, on one turn, and is idle when the last is over', () => {
    const ledger = new Ledger([{ ...gpu, slots: { batch: 1, live: 1 } }])
    expect(ledger.claim(shared('live'), 1)).toMatchObject({ kind: 'granted', loaded: false })
    expect(ledger.claim(shared('live'), 2)).toMatchObject({ kind: 'granted', loaded: true })
    expect(ledger.claim(shared('batch'), 3)).toMatchObject({ kind: 'granted', loaded: true })
    expect(ledger.claim(shared('live'), 4)).toEqual({ kind: 'wait', for: 'model', lane: 'live' })
    // The turn of jobs is free all the while.
    expect(ledger.claim(claim('b', 10), 5)).toMatchObject({ kind: 'granted' })
    for (const _ of [1, 2]) ledger.idle('a', 6)
    expect(ledger.dismiss('a')).toBe(false)
    expect(ledger.claim(shared('live'), 7)).toMatchObject({ kind: 'granted' })
    for (const _ of [1, 2]) ledger.idle('a', 8)
    expect(ledger.dismiss('a')).toBe(true)
  })

  it('grows for a run that needs more, or lets it wait', () => {
    const ledger = new Ledger([gpu])
    ledger.claim(shared('live', 60), 1)
    expect(ledger.claim(shared('live', 90), 2)).toMatchObject({ kind: 'granted' })
    expect(ledger.used('cuda:0')).toBe(90)
    expect(ledger.claim(shared('live', 101), 3)).toEqual({ kind: 'never' })
  })
})

const models = ['a', 'b', 'c', 'd', 'e']
const lanes = ['batch', 'live'] as const
const step = fc.oneof(
  fc.record({
    do: fc.constant('claim' as const),
    model: fc.constantFrom(...models),
    lane: fc.constantFrom(...lanes),
    bytes: fc.integer({ min: 1, max: 120 }),
    concurrency: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    do: fc.constantFrom('idle' as const, 'gone' as const, 'hold' as const, 'unhold' as const),
    model: fc.constantFrom(...models),
  }),
  fc.record({ do: fc.constant('expire' as const) }),
)

describe('ledger, whatever happens', () => {
  it('never reserves over a budget, never takes from a model in use, never gives too many turns', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const ledger = new Ledger([gpu, { id: 'cpu', budget: 80, slots: { batch: 1, live: 1 } }])
        steps.forEach((action, now) => {
          const busy = names(ledger, 'busy')
          const held = models.filter(model => ledger.isHeld(model))
          if (action.do === 'claim') {
            const devices = candidatesFor(action.bytes)
            const before = ledger.reservations().find(({ model }) => model === action.model)?.runs ?? 0
            const grant = ledger.claim({ ...action, devices }, now)
            if (grant.kind === 'evict') {
              // A model leaves for its own sake alone: to be placed where it fits.
              const others = [...busy, ...held.filter(model => model !== action.model)]
              for (const model of grant.models) expect(others).not.toContain(model)
            }
            const runs = ledger.reservations().find(({ model }) => model === action.model)?.runs ?? 0
            if (grant.kind === 'granted') expect(runs).toBe(before + 1)
            if (grant.kind === 'granted') expect(runs).toBeLessThanOrEqual(action.concurrency)
            expect(grant.kind === 'never').toBe(action.bytes > 100)
          } else if (action.do === 'idle') ledger.idle(action.model, now)
          // Only a process that was told to end, or one in use that crashes, goes.
          else if (action.do === 'gone') {
            if (!names(ledger, 'idle').includes(action.model)) ledger.remove(action.model)
          } else if (action.do === 'hold') ledger.hold(action.model)
          else if (action.do === 'unhold') ledger.unhold(action.model, now)
          else for (const model of ledger.expire(now, 0)) expect([...busy, ...held]).not.toContain(model)
          expect(ledger.used('cuda:0')).toBeLessThanOrEqual(100)
          expect(ledger.used('cpu')).toBeLessThanOrEqual(80)
          for (const { id, slots } of [gpu, { id: 'cpu', slots: { batch: 1, live: 1 } }]) {
            const turns = ledger.reservations().filter(entry => entry.device === id && entry.state === 'busy')
            for (const lane of lanes) {
              expect(turns.filter(turn => turn.lane === lane).length).toBeLessThanOrEqual(slots[lane])
            }
          }
        })
      }),
      { numRuns: 500 },
    )
  })

  it('serves every claim in the end once what is in use is given back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 100 }), (steps, bytes) => {
        const ledger = new Ledger([gpu, { id: 'cpu', budget: 80, slots: { batch: 1, live: 1 } }])
        steps.forEach((action, now) => {
          if (action.do === 'claim') ledger.claim({ ...action, devices: candidatesFor(action.bytes) }, now)
        })
        const last = { model: 'z', lane: 'batch' as const, bytes, devices: candidatesFor(bytes), concurrency: 1 }
        let grant = ledger.claim(last, 1_000)
        for (let round = 0; grant.kind !== 'granted' && round < 20; round++) {
          for (const { model, state, runs } of ledger.reservations()) {
            for (let run = 0; run < runs; run++) ledger.idle(model, 1_000)
            if (state === 'leaving') ledger.remove(model)
          }
          grant = ledger.claim(last, 1_000)
        }
        expect(grant.kind).toBe('granted')
      }),
      { numRuns: 300 },
    )
  })
})

function names(ledger: Ledger, state: string): string[] {
  return ledger
    .reservations()
    .filter(entry => entry.state === state)
    .map(entry => entry.model)
}

function candidatesFor(bytes: number): string[] {
  return [gpu, { id: 'cpu', budget: 80 }].filter(device => bytes <= device.budget).map(device => device.id)
}
