import type { Family, FitView, WorkerView } from '@hearth/contract'
import { candidates, suited, takesDevice } from './devices.ts'

export interface Need {
  engine: Family['engine']
  /** Id of the checkpoint; its own room counts as free where it is resident. */
  model: string
  /** The family's estimate for this input. */
  bytes: number
}

/**
 * Whether a model can run on this worker: `now` beside the others, `after-eviction` once others have left memory, or
 * `never`. Seconds are not known here and null.
 */
export function fit(need: Need, worker: Pick<WorkerView, 'devices' | 'residents'>): FitView {
  if (!takesDevice(need.engine)) {
    return view('now', null, { needed: 0, free: 0, afterEviction: 0 })
  }
  const rooms = candidates(need.engine, need.bytes, worker.devices).map(device => measure(need, device, worker))
  const best = rooms.find(room => room.free >= need.bytes) ?? rooms[0]
  if (best) {
    const fits = best.free >= need.bytes ? 'now' : 'after-eviction'
    return view(fits, best.device, { needed: need.bytes, free: best.free, afterEviction: best.budget })
  }
  const largest = suited(need.engine, worker.devices)
    .map(device => measure(need, device, worker))
    .sort((a, b) => b.budget - a.budget)[0]
  return view('never', null, {
    needed: need.bytes,
    free: largest?.free ?? 0,
    afterEviction: largest?.budget ?? 0,
  })
}

function measure(
  need: Need,
  device: WorkerView['devices'][number],
  worker: Pick<WorkerView, 'residents'>,
): { device: string; free: number; budget: number } {
  const own = worker.residents.find(resident => resident.model === need.model && resident.device === device.id)
  const used = device.memory_used - (own?.bytes ?? 0)
  return { device: device.id, free: Math.max(0, device.memory_budget - used), budget: device.memory_budget }
}

function view(
  fits: FitView['fits'],
  device: string | null,
  bytes: { needed: number; free: number; afterEviction: number },
): FitView {
  return {
    fits,
    device,
    needed_bytes: bytes.needed,
    free_bytes: bytes.free,
    free_after_eviction_bytes: bytes.afterEviction,
    estimated_seconds: null,
  }
}
