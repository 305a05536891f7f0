import { AppError, type Checkpoint, type DeviceView, type Placement, type ResidentView } from '@hearth/contract'
import { candidates, type Grant, Ledger, type TurnLane, takesDevice } from '@hearth/runtime'
import type { Engine } from './engine/host.ts'
import { Lease } from './lease.ts'
import { compareTurns, isOther, type Want } from './want.ts'

export interface ResidentsOptions {
  devices: readonly DeviceView[]
  jobsPerDevice: number
  /** Models that may answer at once at the same time, on each device. */
  livePerDevice: number
  /** Milliseconds. */
  idleTimeout: number
  startEngine(checkpoint: Checkpoint): Engine
  /** Told whenever `views` would answer differently. */
  onChange(): void
}

/** Milliseconds after which a waiting job goes before what is answered at once: streams do not keep it out for ever. */
const patience = 5_000
/** Seconds after which it makes sense to ask again for what a job has in use. */
const retryAfter = 5

/** Device of engines that take none. */
const noDevice = 'none'

interface Resident {
  checkpoint: Checkpoint
  device: string
  engine: Engine | undefined
  state: 'loading' | 'idle' | 'busy'
  /** Leases that were granted and not given back. */
  leases: number
  loading: Loading | undefined
  idleSince: Date | undefined
}

/** A load that several may wait for. */
interface Loading {
  done: Promise<void>
  waiting: number
  giveUp: AbortController
}

interface Waiter {
  want: Want
  bytes: number
  devices: string[]
  since: number
  grant(lease: Lease): void
  refuse(error: unknown): void
}

/**
 * The models in memory: one engine process each, started, shared out in turn, and ended. Room and turns are given by
 * the ledger; this class makes them true.
 */
export class Residents {
  readonly #options: ResidentsOptions
  readonly #ledger: Ledger
  readonly #residents = new Map<string, Resident>()
  /** Engines without a device: one for each job, gone with it. */
  readonly #transient = new Set<Resident>()
  readonly #sweep: NodeJS.Timeout
  #waiting: Waiter[] = []
  #shown = ''
  #closed = false

  constructor(options: ResidentsOptions) {
    this.#options = options
    const slots = { batch: options.jobsPerDevice, live: options.livePerDevice }
    this.#ledger = new Ledger(
      options.devices
        .filter(device => device.usable)
        .map(device => ({ id: device.id, budget: device.memory_budget, slots })),
    )
    this.#sweep = setInterval(() => this.#expire(), Math.min(10_000, options.idleTimeout / 4))
    this.#sweep.unref()
  }

  /**
   * Waits for the model to be free, for room and for a turn on a device. The lease is exclusive until it is released,
   * or shared with as many as the family can serve at once.
   * @throws AppError `does-not-fit`, `device-busy` for the live lane where a job has the model or the room, or the
   * signal's reason.
   */
  async lease(want: Want): Promise<Lease> {
    want.signal.throwIfAborted()
    if (this.#closed) throw new AppError('unavailable', 'the worker is stopping')
    const { checkpoint, family } = want
    if (!takesDevice(family.engine)) return this.#leaseTransient(want)
    const bytes = Math.ceil(family.estimate(checkpoint, want.input))
    const devices = candidates(family.engine, bytes, this.#options.devices).map(device => device.id)
    if (devices.length === 0) throw tooLarge(checkpoint, bytes, this.#options.devices)
    const { promise, resolve, reject } = Promise.withResolvers<Lease>()
    const waiter: Waiter = { want, bytes, devices, since: performance.now(), grant: resolve, refuse: reject }
    const leave = () => {
      this.#waiting = this.#waiting.filter(other => other !== waiter)
      reject(want.signal.reason)
    }
    want.signal.addEventListener('abort', leave)
    this.#waiting.push(waiter)
    this.#serve()
    return promise.finally(() => want.signal.removeEventListener('abort', leave))
  }

  /** Says for how many milliseconds a model stays in memory unused, instead of the idle timeout. */
  keep(model: string, milliseconds: number): void {
    this.#ledger.keep(model, milliseconds)
    this.#expire()
  }

  /** Devices with what is reserved on them, and the models in memory. */
  views(): { devices: DeviceView[]; residents: ResidentView[] } {
    const reserved = new Map(this.#ledger.reservations().map(entry => [entry.model, entry.bytes]))
    return {
      devices: this.#options.devices.map(device => ({ ...device, memory_used: this.#ledger.used(device.id) })),
      residents: [...this.#residents.values(), ...this.#transient].map(resident => ({
        model: resident.checkpoint.id,
        family: resident.checkpoint.family,
        device: resident.device,
        state: this.#shownState(resident),
        bytes: reserved.get(resident.checkpoint.id) ?? resident.engine?.bytes ?? 0,
        pid: resident.engine?.pid ?? null,
        idle_since: resident.idleSince?.toISOString() ?? null,
      })),
    }
  }

  /** A model that a stream holds is in use between its frames too. */
  #shownState({ checkpoint, state }: Resident): Resident['state'] {
    return state === 'idle' && this.#ledger.isHeld(checkpoint.id) ? 'busy' : state
  }

  /** Ends every engine, whatever it does, and refuses those that wait. */
  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#sweep)
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(new AppError('unavailable', 'the worker is stopping'))
    const engines = [...this.#residents.values(), ...this.#transient].flatMap(({ engine }) => engine ?? [])
    await Promise.all(engines.map(engine => engine.end()))
  }

  /**
   * Keeps a model in memory once it is there, until the returned function is called. Its engine then forgets what the
   * stream's runs remember.
   */
  hold(model: string, stream: string): () => void {
    this.#ledger.hold(model)
    return () => {
      this.#residents.get(model)?.engine?.forget(stream)
      this.#ledger.unhold(model, Date.now())
      this.#serve()
    }
  }

  /** Whether the model is on its way into memory. */
  isLoading(model: string): boolean {
    return this.#residents.get(model)?.state === 'loading'
  }

  /**
   * Serves those that wait, in order. No job overtakes on a device on which room is being made for somebody before; what
   * is answered at once passes jobs, for which it has turns of its own.
   */
  #serve(): void {
    const held: Record<TurnLane, Set<string>> = { batch: new Set(), live: new Set() }
    const late = this.#waiting.some(({ want, since }) => want.lane === 'batch' && performance.now() - since > patience)
    this.#waiting.sort((a, b) => compareTurns(a.want, b.want, late ? 'batch' : 'live'))
    for (const waiter of [...this.#waiting]) {
      const { want, bytes, devices } = waiter
      const own = held[want.lane]
      if (devices.some(device => own.has(device))) continue
      this.#dismissStale(want.checkpoint)
      const { concurrency = 1 } = want.family
      const claim = { model: want.checkpoint.id, lane: want.lane, bytes, devices, concurrency }
      const grant = this.#ledger.claim(claim, Date.now())
      const refusal = want.lane === 'live' ? refuseAtOnce(want.checkpoint.id, grant) : undefined
      if (grant.kind === 'granted' || refusal) this.#waiting = this.#waiting.filter(other => other !== waiter)
      if (grant.kind === 'granted') waiter.grant(this.#occupy(want, grant.device))
      else if (refusal) waiter.refuse(refusal)
      else if (grant.kind === 'evict') {
        held.batch.add(grant.device)
        own.add(grant.device)
        for (const model of grant.models) this.#dismiss(model)
      } else if (grant.kind === 'wait' && grant.for !== 'model') {
        for (const device of devices) own.add(device)
      }
    }
    this.#changed()
  }

  /** Tells of what `views` shows, apart from the ups and downs of a model that a stream keeps busy. */
  #changed(): void {
    const shown = this.views()
      .residents.map(({ model, device, state, pid }) => `${model} ${device} ${state} ${pid}`)
      .join()
    if (shown === this.#shown) return
    this.#shown = shown
    this.#options.onChange()
  }

  #occupy({ checkpoint }: Want, device: string): Lease {
    const { id } = checkpoint
    const resident: Resident = this.#residents.get(id) ?? newResident(checkpoint, device)
    this.#residents.set(id, resident)
    if (resident.state === 'idle') resident.state = 'busy'
    resident.idleSince = undefined
    resident.leases += 1
    return new Lease(device, {
      engine: () => (resident.state === 'loading' ? undefined : resident.engine),
      start: signal => this.#load(resident, signal),
      release: async usable => {
        resident.leases -= 1
        if (!resident.engine && resident.leases === 0) this.#forget(id, resident)
        else if (!usable && resident.leases === 0) await resident.engine?.end()
        else this.#settle(id, resident)
      },
    })
  }

  /** Loads once for all who wait; given up when the last of them has left. */
  async #load(resident: Resident, signal: AbortSignal): Promise<void> {
    resident.loading ??= this.#startLoading(resident)
    const { loading } = resident
    loading.waiting += 1
    const { promise: left, reject } = Promise.withResolvers<never>()
    const leave = () => {
      loading.waiting -= 1
      if (loading.waiting === 0) loading.giveUp.abort()
      else reject(signal.reason)
    }
    signal.addEventListener('abort', leave)
    if (signal.aborted) leave()
    try {
      await Promise.race([loading.done, left])
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  #startLoading(resident: Resident): Loading {
    const { checkpoint, device } = resident
    const engine = this.#options.startEngine(checkpoint)
    const giveUp = new AbortController()
    resident.engine = engine
    this.#changed()
    void engine.exited.then(() => this.#forget(checkpoint.id, resident))
    const loaded = () => {
      resident.state = 'busy'
      this.#measure(resident)
      this.#changed()
    }
    const done = engine.load(checkpoint, this.#placement(device), giveUp.signal).then(loaded)
    return { done, waiting: 0, giveUp }
  }

  /** A run is over and its model stays. */
  #settle(id: string, resident: Resident): void {
    // Its engine may have died in the meantime.
    if (this.#residents.get(id) !== resident) return
    this.#ledger.idle(id, Date.now())
    if (resident.leases === 0) {
      this.#measure(resident)
      resident.state = 'idle'
      resident.idleSince = new Date()
    }
    for (const model of this.#ledger.surplus()) this.#dismiss(model)
    this.#serve()
  }

  #forget(id: string, resident: Resident): void {
    if (this.#residents.get(id) !== resident) return
    this.#residents.delete(id)
    this.#ledger.remove(id)
    if (!this.#closed) this.#serve()
  }

  /** What a process takes of RAM is known; of a graphics card's memory only the estimate is. */
  #measure({ checkpoint, device, engine }: Resident): void {
    const kind = this.#options.devices.find(({ id }) => id === device)?.kind
    if (engine && kind === 'cpu') this.#ledger.measured(checkpoint.id, engine.bytes)
  }

  /** Ends an idle model's process; its room counts as taken until `#forget`. */
  #dismiss(id: string): void {
    void this.#residents.get(id)?.engine?.end()
  }

  /** A model that was replaced on disk since it was loaded is not the one that is asked for. */
  #dismissStale(wanted: Checkpoint): void {
    const loaded = this.#residents.get(wanted.id)?.checkpoint
    if (loaded && isOther(loaded, wanted) && this.#ledger.dismiss(wanted.id)) this.#dismiss(wanted.id)
  }

  #expire(): void {
    for (const model of this.#ledger.expire(Date.now(), this.#options.idleTimeout)) this.#dismiss(model)
  }

  #leaseTransient({ checkpoint }: Want): Lease {
    const resident = newResident(checkpoint, noDevice)
    this.#transient.add(resident)
    return new Lease(noDevice, {
      engine: () => (resident.state === 'loading' ? undefined : resident.engine),
      start: async signal => {
        resident.engine = this.#options.startEngine(checkpoint)
        await resident.engine.load(checkpoint, { device: 'cpu', deviceIndex: 0, threads: 1 }, signal)
        resident.state = 'busy'
        this.#changed()
      },
      release: async () => {
        this.#transient.delete(resident)
        await resident.engine?.end()
        this.#changed()
      },
    })
  }

  #placement(id: string): Placement {
    const device = this.#options.devices.find(device => device.id === id)
    if (!device) throw new AppError('internal', `there is no device ${id}`)
    const threads = device.kind === 'cpu' ? Math.floor(device.threads / this.#options.jobsPerDevice) : device.threads
    return { device: device.kind, deviceIndex: Number(id.split(':')[1] ?? 0), threads: Math.max(1, threads) }
  }
}

/** Why waiting is not worth it for what should be answered at once; undefined where it is. */
function refuseAtOnce(model: string, grant: Grant): AppError | undefined {
  if (grant.kind !== 'wait') return undefined
  if (grant.for === 'model' && grant.lane === 'batch') {
    return new AppError('device-busy', `${model} is in use by a job`, {
      hint: 'Try again when the job has ended, or choose another model.',
      retryAfter,
    })
  }
  if (grant.for !== 'room') return undefined
  return new AppError('device-busy', `there is no room for ${model}: other models are in use`, {
    hint: 'Try again when they are not, close cameras that nobody needs, or raise HEARTH_MEMORY_GB.',
    retryAfter,
  })
}

function newResident(checkpoint: Checkpoint, device: string): Resident {
  return {
    checkpoint,
    device,
    engine: undefined,
    state: 'loading',
    leases: 0,
    loading: undefined,
    idleSince: undefined,
  }
}

function tooLarge(checkpoint: Checkpoint, bytes: number, devices: readonly DeviceView[]): AppError {
  const gibibytes = (count: number) => `${(count / 2 ** 30).toFixed(1)} GiB`
  const budgets = devices
    .filter(device => device.usable)
    .map(device => `${device.id} ${gibibytes(device.memory_budget)}`)
  return new AppError(
    'does-not-fit',
    `${checkpoint.id} needs ${gibibytes(bytes)} for this input; models may take: ${budgets.join(', ')}`,
    { hint: 'Ask for less (a smaller picture, fewer at once), take a smaller model, or raise HEARTH_MEMORY_GB.' },
  )
}
