/** A device as the ledger counts it. */
export interface LedgerDevice {
  id: string
  /** Bytes that models may take. */
  budget: number
  /** Jobs that may compute on it at the same time. */
  slots: number
}

export interface Reservation {
  model: string
  device: string
  bytes: number
  /** `leaving`: its process has been told to end; the bytes count until it is gone. */
  state: 'busy' | 'idle' | 'leaving'
  /** When it was last in use, in milliseconds. */
  usedAt: number
}

export interface Claim {
  model: string
  /** What the model and this run may take at their peak. */
  bytes: number
  /** Devices that could hold it, best first. */
  devices: readonly string[]
}

export type Grant =
  /** Reserved and busy. `loaded` tells whether it was resident before. */
  | { kind: 'granted'; device: string; loaded: boolean }
  /** These idle models have to leave first; all are marked as leaving. Claim again when they are gone. */
  | { kind: 'evict'; device: string; models: string[] }
  /** The model itself, or something else on the device, is in use or about to leave. Claim again when that is over. */
  | { kind: 'wait'; for: 'model' | 'device' }
  /** Larger than every device named. */
  | { kind: 'never' }

/**
 * Book-keeping of memory and turns, one entry per resident model. Moves nothing itself: its owner starts and ends the
 * processes and says so. Bytes are reserved before a model is loaded and released when its process is gone, so reserved
 * bytes never pass a device's budget (measured ones may: `surplus` then names who has to go). What is in use is never
 * evicted.
 */
export class Ledger {
  readonly #devices: readonly LedgerDevice[]
  readonly #entries = new Map<string, Reservation>()

  constructor(devices: readonly LedgerDevice[]) {
    this.#devices = devices
  }

  /** Asks for a model's room and for a turn on its device. On `granted` the model is busy until `idle` or `remove`. */
  claim(claim: Claim, now: number): Grant {
    const able = this.#devices.filter(device => claim.devices.includes(device.id) && claim.bytes <= device.budget)
    if (able.length === 0) return { kind: 'never' }
    const entry = this.#entries.get(claim.model)
    const device = this.#devices.find(device => device.id === entry?.device)
    return entry && device ? this.#claimResident(claim, able, entry, device) : this.#claimNew(claim, able, now)
  }

  /** The model's job is over; it stays in memory. */
  idle(model: string, now: number): void {
    const entry = this.#entries.get(model)
    if (entry?.state !== 'busy') return
    entry.state = 'idle'
    entry.usedAt = now
  }

  /** The model's process is gone, and its bytes with it. */
  remove(model: string): void {
    this.#entries.delete(model)
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

  /** Marks models as leaving that nobody has used since `before` (milliseconds), and names them. */
  expire(before: number): string[] {
    return this.#dismiss([...this.#entries.values()].filter(entry => entry.state === 'idle' && entry.usedAt <= before))
  }

  /** Marks one model as leaving. False: it is in use, leaving already, or not there. */
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
    if (entry.state !== 'idle') return { kind: 'wait', for: 'model' }
    if (!this.#hasTurn(device)) return { kind: 'wait', for: 'device' }
    // Its device cannot hold this run even when empty, or a better one can: it leaves and is placed anew.
    if (!able.includes(device)) return this.#evict(device, [entry])
    const growth = Math.max(0, claim.bytes - entry.bytes)
    if (this.used(device.id) + growth > device.budget && growth > 0) {
      const { chosen, suffices } = this.#leastRecent(device, this.#lacking(device, growth), entry.model)
      return suffices ? this.#evict(device, chosen) : { kind: 'wait', for: 'device' }
    }
    entry.bytes += growth
    entry.state = 'busy'
    return { kind: 'granted', device: device.id, loaded: true }
  }

  #claimNew({ model, bytes }: Claim, able: LedgerDevice[], now: number): Grant {
    const open = able.filter(device => this.#hasTurn(device))
    const free = open.find(device => this.used(device.id) + bytes <= device.budget)
    if (free) {
      this.#entries.set(model, { model, device: free.id, bytes, state: 'busy', usedAt: now })
      return { kind: 'granted', device: free.id, loaded: false }
    }
    for (const device of open) {
      const { chosen, suffices } = this.#leastRecent(device, this.#lacking(device, bytes))
      if (suffices) return this.#evict(device, chosen)
    }
    return { kind: 'wait', for: 'device' }
  }

  /** Bytes that are missing for `bytes` more, once what is leaving has left. */
  #lacking(device: LedgerDevice, bytes: number): number {
    const leaving = this.#on(device.id).filter(entry => entry.state === 'leaving')
    return this.used(device.id) + bytes - device.budget - leaving.reduce((sum, entry) => sum + entry.bytes, 0)
  }

  /** As few idle models as give `missing` bytes, least recently used first, and whether they do. */
  #leastRecent(device: LedgerDevice, missing: number, except?: string): { chosen: Reservation[]; suffices: boolean } {
    const idle = this.#on(device.id)
      .filter(entry => entry.state === 'idle' && entry.model !== except)
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
    return models.length === 0 ? { kind: 'wait', for: 'device' } : { kind: 'evict', device: device.id, models }
  }

  #dismiss(chosen: Reservation[]): string[] {
    for (const entry of chosen) entry.state = 'leaving'
    return chosen.map(entry => entry.model)
  }

  #on(device: string): Reservation[] {
    return [...this.#entries.values()].filter(entry => entry.device === device)
  }

  #hasTurn(device: LedgerDevice): boolean {
    return this.#on(device.id).filter(entry => entry.state === 'busy').length < device.slots
  }
}
