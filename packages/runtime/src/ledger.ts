/** Turns are counted apart: what is answered at once does not queue behind jobs that take minutes, nor they behind it. */
export type TurnLane = 'batch' | 'live'

/** A device as the ledger counts it. */
export interface LedgerDevice {
  id: string
  /** Bytes that models may take. */
  budget: number
  /** Runs of each lane that may compute on it at the same time. */
  slots: Readonly<Record<TurnLane, number>>
}

export interface Reservation {
  model: string
  device: string
  bytes: number
  /** `leaving`: its process has been told to end; the bytes count until it is gone. */
  state: 'busy' | 'idle' | 'leaving'
  /** How many use it now. */
  runs: number
  /** Who uses it, or did last. */
  lane: TurnLane
  /** When it was last in use, in milliseconds. */
  usedAt: number
  /** Milliseconds for which it stays unused, where somebody said so. */
  keep?: number
}

export interface Claim {
  model: string
  lane: TurnLane
  /** What the model and this run may take at their peak. */
  bytes: number
  /** Devices that could hold it, best first. */
  devices: readonly string[]
  /** How many may use the model at the same time. They share one turn on the device. */
  concurrency: number
}

export type Grant =
  /** Reserved and busy. `loaded` tells whether it was resident before. */
  | { kind: 'granted'; device: string; loaded: boolean }
  /** These idle models have to leave first; all are marked as leaving. Claim again when they are gone. */
  | { kind: 'evict'; device: string; models: string[] }
  /**
   * Claim again when it is over: the model itself is in use by as many as may (since which lane) or leaving; all turns are given; room is
   * being made; or the room is taken by models that are in use or held.
   */
  | { kind: 'wait'; for: 'model'; lane: TurnLane }
  | { kind: 'wait'; for: 'turn' | 'leaving' | 'room' }
  /** Larger than every device named. */
  | { kind: 'never' }

/**
 * Book-keeping of memory and turns, one entry per resident model. Moves nothing itself: its owner starts and ends the
 * processes and says so. Bytes are reserved before a model is loaded and released when its process is gone, so reserved
 * bytes never pass a device's budget (measured ones may: `surplus` then names who has to go). What is in use is never
 * evicted, nor is what is held.
 */
export class Ledger {
  readonly #devices: readonly LedgerDevice[]
  readonly #entries = new Map<string, Reservation>()
  /** How often each model is held, resident or not. */
  readonly #holds = new Map<string, number>()

  constructor(devices: readonly LedgerDevice[]) {
    this.#devices = devices
  }

  /** Asks for a model's room and for a turn on its device. On `granted` the model is busy until as many `idle`, or `remove`. */
  claim(claim: Claim, now: number): Grant {
    const able = this.#devices.filter(device => claim.devices.includes(device.id) && claim.bytes <= device.budget)
    if (able.length === 0) return { kind: 'never' }
    const entry = this.#entries.get(claim.model)
    const device = this.#devices.find(device => device.id === entry?.device)
    return entry && device ? this.#claimResident(claim, able, entry, device) : this.#claimNew(claim, able, now)
  }

  /** One of the model's runs is over; it stays in memory. */
  idle(model: string, now: number): void {
    const entry = this.#entries.get(model)
    if (entry?.state !== 'busy') return
    entry.runs -= 1
    if (entry.runs > 0) return
    entry.state = 'idle'
    entry.usedAt = now
  }

  /** The model's process is gone, and its bytes with it. */
  remove(model: string): void {
    this.#entries.delete(model)
  }

  /** Keeps a model from leaving for others' sake or for being idle, until `unhold` was called as often. */
  hold(model: string): void {
    this.#holds.set(model, (this.#holds.get(model) ?? 0) + 1)
  }

  /** @param now its idle time counts from here. */
  unhold(model: string, now: number): void {
    const left = (this.#holds.get(model) ?? 0) - 1
    if (left > 0) this.#holds.set(model, left)
    else this.#holds.delete(model)
    const entry = this.#entries.get(model)
    if (entry) entry.usedAt = now
  }

  isHeld(model: string): boolean {
    return this.#holds.has(model)
  }

  /** The model was measured to take this much; counts if it is more than reserved. */
  measured(model: string, bytes: number): void {
    const entry = this.#entries.get(model)
    if (entry) entry.bytes = Math.max(entry.bytes, bytes)
  }

  /** Marks idle models as leaving until measured memory is within the budgets again, and names them. */
  surplus(): string[] {
    return this.#devices.flatMap(device => {
      const chosen = this.#leastRecent(device, this.#lacking(device, 0)).chosen
      return this.#dismiss(chosen)
    })
  }

  /** Says for how many milliseconds a model stays unused: 0 for no time, `Infinity` for ever. Forgotten when it leaves. */
  keep(model: string, milliseconds: number): void {
    const entry = this.#entries.get(model)
    if (entry) entry.keep = milliseconds
  }

  /** Marks models as leaving that nobody has used for `timeout` milliseconds, or for what `keep` said, and names them. */
  expire(now: number, timeout: number): string[] {
    const hasExpired = ({ usedAt, keep = timeout }: Reservation) => usedAt + keep <= now
    return this.#dismiss([...this.#entries.values()].filter(entry => this.#isFree(entry) && hasExpired(entry)))
  }

  /** Marks one model as leaving, held or not. False: it is in use, leaving already, or not there. */
  dismiss(model: string): boolean {
    const entry = this.#entries.get(model)
    return entry?.state === 'idle' && this.#dismiss([entry]).length === 1
  }

  /** Bytes reserved on a device. */
  used(device: string): number {
    return this.#on(device).reduce((sum, entry) => sum + entry.bytes, 0)
  }

  reservations(): readonly Readonly<Reservation>[] {
    return [...this.#entries.values()]
  }

  #claimResident(claim: Claim, able: LedgerDevice[], entry: Reservation, device: LedgerDevice): Grant {
    const joins = entry.state === 'busy' && entry.runs < claim.concurrency
    if (entry.state !== 'idle' && !joins) return { kind: 'wait', for: 'model', lane: entry.lane }
    if (!joins && !this.#hasTurn(device, claim.lane)) return { kind: 'wait', for: 'turn' }
    // Its device cannot hold this run even when empty, or a better one can: it leaves and is placed anew.
    if (!able.includes(device))
      return joins ? { kind: 'wait', for: 'model', lane: entry.lane } : this.#evict(device, [entry])
    const growth = Math.max(0, claim.bytes - entry.bytes)
    if (this.used(device.id) + growth > device.budget && growth > 0) {
      const { chosen, suffices } = this.#leastRecent(device, this.#lacking(device, growth), entry.model)
      return suffices ? this.#evict(device, chosen) : { kind: 'wait', for: 'room' }
    }
    entry.bytes += growth
    entry.runs += 1
    if (joins) return { kind: 'granted', device: device.id, loaded: true }
    entry.state = 'busy'
    entry.lane = claim.lane
    return { kind: 'granted', device: device.id, loaded: true }
  }

  #claimNew({ model, bytes, lane }: Claim, able: LedgerDevice[], now: number): Grant {
    const open = able.filter(device => this.#hasTurn(device, lane))
    if (open.length === 0) return { kind: 'wait', for: 'turn' }
    const free = open.find(device => this.used(device.id) + bytes <= device.budget)
    if (free) {
      this.#entries.set(model, { model, device: free.id, bytes, state: 'busy', runs: 1, lane, usedAt: now })
      return { kind: 'granted', device: free.id, loaded: false }
    }
    for (const device of open) {
      const { chosen, suffices } = this.#leastRecent(device, this.#lacking(device, bytes))
      if (suffices) return this.#evict(device, chosen)
    }
    return { kind: 'wait', for: 'room' }
  }

  /** Bytes that are missing for `bytes` more, once what is leaving has left. */
  #lacking(device: LedgerDevice, bytes: number): number {
    const leaving = this.#on(device.id).filter(entry => entry.state === 'leaving')
    return this.used(device.id) + bytes - device.budget - leaving.reduce((sum, entry) => sum + entry.bytes, 0)
  }

  /** As few idle models as give `missing` bytes, least recently used first, and whether they do. */
  #leastRecent(device: LedgerDevice, missing: number, except?: string): { chosen: Reservation[]; suffices: boolean } {
    const idle = this.#on(device.id)
      .filter(entry => this.#isFree(entry) && entry.model !== except)
      .sort((a, b) => a.usedAt - b.usedAt)
    const chosen: Reservation[] = []
    let left = missing
    for (const entry of idle) {
      if (left <= 0) break
      chosen.push(entry)
      left -= entry.bytes
    }
    return { chosen, suffices: left <= 0 }
  }

  #evict(device: LedgerDevice, chosen: Reservation[]): Grant {
    const models = this.#dismiss(chosen)
    return models.length === 0 ? { kind: 'wait', for: 'leaving' } : { kind: 'evict', device: device.id, models }
  }

  #dismiss(chosen: Reservation[]): string[] {
    for (const entry of chosen) entry.state = 'leaving'
    return chosen.map(entry => entry.model)
  }

  #on(device: string): Reservation[] {
    return [...this.#entries.values()].filter(entry => entry.device === device)
  }

  #isFree({ state, model }: Reservation): boolean {
    return state === 'idle' && !this.#holds.has(model)
  }

  #hasTurn(device: LedgerDevice, lane: TurnLane): boolean {
    return (
      this.#on(device.id).filter(entry => entry.state === 'busy' && entry.lane === lane).length < device.slots[lane]
    )
  }
}
