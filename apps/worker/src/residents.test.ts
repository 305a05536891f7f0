import type { Checkpoint, DeviceView, Family } from '@hearth/contract'
import { family as echo } from '@hearth/testing/families/echo/family'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Engine } from './engine/host.ts'
import type { Lease } from './lease.ts'
import { Residents } from './residents.ts'
import type { Want } from './want.ts'
import { isAlive, until } from './worker-under-test.ts'

const gibibyte = 2 ** 30
const cpu: DeviceView = {
  id: 'cpu',
  kind: 'cpu',
  title: 'CPU',
  usable: true,
  reason: '',
  memory_budget: gibibyte,
  memory_used: 0,
  threads: 2,
}
const downloads: Family = { ...echo, engine: 'none' }

let open: Residents[] = []
afterEach(async () => {
  await Promise.all(open.map(residents => residents.close()))
  open = []
})

function create(jobsPerDevice: number): Residents {
  const residents = new Residents({
    devices: [cpu],
    jobsPerDevice,
    livePerDevice: 1,
    idleTimeout: 60_000,
    startEngine: () =>
      new Engine({ environment: { PATH: process.env.PATH ?? '' }, testFamilies: true, cancelGrace: 1000 }),
    onChange: () => undefined,
  })
  open.push(residents)
  return residents
}

function checkpoint(id: string): Checkpoint {
  const found = echo.builtin?.find(entry => entry.id === id)
  if (!found) throw new Error(`echo has no checkpoint ${id}`)
  return found
}

const never = new AbortController().signal

function want(model: string, order: number[] = [0], more: Partial<Want> = {}): Want {
  return {
    checkpoint: checkpoint(model),
    family: echo,
    input: { text: 'x' },
    lane: 'batch',
    order,
    signal: never,
    ...more,
  }
}

const together: Family = { ...echo, concurrency: 3 }

const events = {
  progress: () => undefined,
  preview: () => undefined,
  log: () => undefined,
  save: () => Promise.reject(new Error('not saved in this test')),
  path: () => Promise.reject(new Error('not read in this test')),
  ask: () => Promise.reject(new Error('not asked in this test')),
}

describe('residents', () => {
  it('serve those that wait in order of their turn, not of their coming', async () => {
    const residents = create(1)
    const first = await residents.lease(want('echo'))
    const served: string[] = []
    const take = async (name: string, model: string, order: number[]) => {
      const lease = await residents.lease(want(model, order))
      served.push(name)
      await lease.release()
    }
    const waiting = [
      take('late', 'echo', [1, 5]),
      take('urgent', 'echo-large-a', [0, 9]),
      take('early', 'echo', [1, 2]),
    ]
    await first.release()
    await Promise.all(waiting)
    expect(served).toEqual(['urgent', 'early', 'late'])
  })

  it('let a job pass that wants another model than the one in use', async () => {
    const residents = create(2)
    const busy = await residents.lease(want('echo'))
    let second: Lease | undefined
    const waiting = residents.lease(want('echo')).then(lease => {
      second = lease
    })
    await (await residents.lease(want('echo-large-a', [9]))).release()
    expect(second).toBeUndefined()
    await busy.release()
    await waiting
    await second?.release()
  })

  it('let nobody pass on a device on which room is being made', async () => {
    const residents = create(2)
    const holder = await residents.lease(want('echo-large-a'))
    await holder.load(never)
    const served: string[] = []
    const big = residents.lease(want('echo-large-b', [0])).then(lease => {
      served.push('big')
      return lease
    })
    const small = residents.lease(want('echo', [1])).then(lease => {
      served.push('small')
      return lease
    })
    await holder.release()
    const leases = await Promise.all([big, small])
    expect(served).toEqual(['big', 'small'])
    expect(residents.views().residents.map(({ model }) => model)).not.toContain('echo-large-a')
    await Promise.all(leases.map(lease => lease.release()))
  })

  it('give back room that was reserved and never loaded', async () => {
    const residents = create(1)
    await (await residents.lease(want('echo-large-a'))).release()
    expect(residents.views()).toMatchObject({ residents: [], devices: [{ memory_used: 0 }] })
  })

  it('report what a model really takes when that is more', async () => {
    const residents = create(1)
    const lease = await residents.lease(want('echo', [0], { family: { ...echo, estimate: () => 1 } }))
    expect(residents.views().devices[0]?.memory_used).toBe(1)
    await lease.load(never)
    await lease.release()
    expect(residents.views().devices[0]?.memory_used).toBeGreaterThan(100_000)
    expect(residents.views().residents[0]).toMatchObject({ model: 'echo', state: 'idle', device: 'cpu' })
  })

  it('stop waiting when told to, and leave the turn to others', async () => {
    const residents = create(1)
    const first = await residents.lease(want('echo'))
    const controller = new AbortController()
    const impatient = residents.lease(want('echo', [0], { signal: controller.signal }))
    const patient = residents.lease(want('echo', [1]))
    controller.abort(new Error('enough'))
    await expect(impatient).rejects.toThrow('enough')
    await first.release()
    await (await patient).release()
  })

  it('refuse what no device can hold', async () => {
    const huge = { ...echo, estimate: () => 2 * gibibyte }
    await expect(create(1).lease(want('echo', [0], { family: huge }))).rejects.toMatchObject({ code: 'does-not-fit' })
  })

  it('start an engine for each job of a family that takes no device, and end it with the job', async () => {
    const residents = create(1)
    const busy = await residents.lease(want('echo-large-a'))
    const leases = await Promise.all([1, 2].map(() => residents.lease(want('echo', [0], { family: downloads }))))
    await Promise.all(leases.map(lease => lease.load(never)))
    const pids = residents.views().residents.flatMap(({ pid }) => pid ?? [])
    expect(new Set(pids).size).toBe(2)
    expect(residents.views().residents.filter(({ device }) => device === 'none').length).toBe(2)
    await Promise.all(leases.map(lease => lease.release()))
    await until(
      'they are gone',
      () => pids.filter(isAlive),
      alive => alive.length === 0,
    )
    await busy.release()
  })

  it('forget a model whose engine died, and start it anew', async () => {
    const residents = create(1)
    const lease = await residents.lease(want('echo'))
    await lease.load(never)
    const crash = { run: 'r', task: 'echo', input: { text: 'x', crash_at: 1 } }
    await expect(lease.run(crash, events, never)).rejects.toThrow('SIGSEGV')
    await lease.release()
    expect(residents.views()).toMatchObject({ residents: [], devices: [{ memory_used: 0 }] })
    const again = await residents.lease(want('echo'))
    expect(again.warm).toBe(false)
    await again.load(never)
    await again.release()
  })

  it('load a model anew that was replaced on disk', async () => {
    const residents = create(1)
    const before = { ...checkpoint('echo'), digest: 'aa' }
    const first = await residents.lease(want('echo', [0], { checkpoint: before }))
    await first.load(never)
    await first.release()
    const pid = residents.views().residents[0]?.pid ?? 0
    const same = await residents.lease(want('echo', [0], { checkpoint: { ...before, digest: 'unverified' } }))
    expect(same.warm).toBe(true)
    await same.release()
    const other = await residents.lease(want('echo', [0], { checkpoint: { ...before, digest: 'bb' } }))
    expect(other.warm).toBe(false)
    expect(isAlive(pid)).toBe(false)
    await other.release()
  })

  it('give what is answered at once turns of its own, and refuse it what a job has in use', async () => {
    const residents = create(1)
    const job = await residents.lease(want('echo'))
    await (await residents.lease(want('echo-large-a', [0], { lane: 'live' }))).release()
    await expect(residents.lease(want('echo', [0], { lane: 'live' }))).rejects.toMatchObject({
      code: 'device-busy',
      retryAfter: 5,
    })
    await job.release()
    await (await residents.lease(want('echo', [0], { lane: 'live' }))).release()
  })

  it('let what is answered at once go before jobs, but not for ever', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const residents = create(1)
      const served: string[] = []
      const take = async (name: string, more: Partial<Want>) => {
        const lease = await residents.lease(want('echo', [0], more))
        served.push(name)
        return lease
      }
      const first = await take('frame', { lane: 'live' })
      const job = take('job', {})
      const second = take('second frame', { lane: 'live' })
      await first.release()
      const frame = await second
      vi.advanceTimersByTime(6_000)
      const third = take('third frame', { lane: 'live' })
      // The job has waited long enough; what comes meanwhile is told to come again.
      const refused = expect(third).rejects.toMatchObject({ code: 'device-busy' })
      await frame.release()
      await (await job).release()
      await refused
      expect(served).toEqual(['frame', 'second frame', 'job'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('keep what a stream holds, and say so; refuse at once who needs its room', async () => {
    const residents = create(1)
    const live = { lane: 'live' as const }
    const letGo = residents.hold('echo-large-a', 'stream')
    const lease = await residents.lease(want('echo-large-a', [0], live))
    await lease.load(never)
    await lease.release()
    expect(residents.views().residents).toMatchObject([{ model: 'echo-large-a', state: 'busy' }])
    await expect(residents.lease(want('echo-large-b', [0], live))).rejects.toMatchObject({ code: 'device-busy' })
    const waiting = residents.lease(want('echo-large-b'))
    letGo()
    await (await waiting).release()
    expect(residents.views().residents).toEqual([])
  })

  it('refuse those that wait when they close', async () => {
    const residents = create(1)
    await residents.lease(want('echo'))
    const waiting = residents.lease(want('echo'))
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'unavailable' }), residents.close()])
    await expect(residents.lease(want('echo'))).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('a model that serves several at once', () => {
  const shared = (more: Partial<Want> = {}) => want('echo', [0], { family: together, lane: 'live', ...more })

  it('is loaded once, however many wait for it, and is idle when the last has left', async () => {
    const residents = create(1)
    const leases = await Promise.all([1, 2, 3].map(() => residents.lease(shared())))
    await Promise.all(leases.map(lease => lease.load(never)))
    expect(residents.views().residents).toMatchObject([{ model: 'echo', state: 'busy' }])
    const run = (lease: Lease, name: string) =>
      lease.run({ run: name, task: 'echo', input: { text: name, digest: true } }, events, never)
    const results = await Promise.all(leases.map((lease, index) => run(lease, `run-${index}`)))
    expect(results.map(({ output }) => output)).toMatchObject([{ text: 'run-0' }, { text: 'run-1' }, { text: 'run-2' }])
    const [one, ...others] = leases
    await one?.release()
    expect(residents.views().residents).toMatchObject([{ state: 'busy' }])
    await Promise.all(others.map(lease => lease.release()))
    expect(residents.views().residents).toMatchObject([{ state: 'idle' }])
  })

  it('goes on loading for the others when one who waits has left, and not for nobody', async () => {
    const residents = create(1)
    const [one, two] = await Promise.all([residents.lease(shared()), residents.lease(shared())])
    const leaving = new AbortController()
    const loads = Promise.allSettled([one.load(leaving.signal), two.load(never)])
    leaving.abort(new Error('left'))
    expect(await loads).toMatchObject([{ reason: { message: 'left' } }, { status: 'fulfilled' }])
    await one.release()
    expect(two.warm).toBe(true)
    await two.release()
    expect(residents.views().residents).toMatchObject([{ state: 'idle' }])
  })

  it('tells everybody who waits why it cannot be loaded', async () => {
    const residents = create(1)
    const broken = () => shared({ checkpoint: checkpoint('echo-broken') })
    const leases = await Promise.all([residents.lease(broken()), residents.lease(broken())])
    const loads = await Promise.allSettled(leases.map(lease => lease.load(never)))
    for (const load of loads) expect(load).toMatchObject({ reason: { code: 'model-broken' } })
    await Promise.all(leases.map(lease => lease.release()))
    await vi.waitFor(() => expect(residents.views().residents).toEqual([]))
  })
})
