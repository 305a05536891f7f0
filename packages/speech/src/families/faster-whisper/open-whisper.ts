import type { Checkpoint, Placement } from '@hearth/contract'
import { type Sidecar, startSidecar } from '@hearth/sidecar'
import { z } from 'zod'

const loaded = z.object({ multilingual: z.boolean(), languages: z.array(z.string()) })

/** Whisper in memory, in a process of its own. */
export interface Whisper {
  multilingual: boolean
  /** Codes of what it understands. */
  languages: readonly string[]
  /** The process that has it; one that died is started anew. */
  sidecar(): Promise<Sidecar>
  /** Memory that the process takes. */
  bytes(): number
  close(): Promise<void>
}

/** @throws AppError `unavailable` without the environment, `model-broken` where a file is missing or wrong. */
export async function openWhisper(checkpoint: Checkpoint, placement: Placement): Promise<Whisper> {
  let current = await start(checkpoint, placement)
  const { multilingual, languages } = current.about
  return {
    multilingual,
    languages,
    async sidecar() {
      if (current.sidecar.ended) current = await start(checkpoint, placement)
      return current.sidecar
    },
    bytes: () => current.sidecar.bytes,
    close: () => current.sidecar.end(),
  }
}

async function start({ dir }: Checkpoint, { device, deviceIndex, threads }: Placement) {
  const sidecar = await startSidecar({ environment: 'speech', module: 'faster_whisper', threads })
  const cuda = device === 'cuda'
  const params = {
    folder: dir,
    device: cuda ? 'cuda' : 'cpu',
    device_index: cuda ? deviceIndex : 0,
    compute_type: cuda ? 'float16' : 'int8',
    threads,
  }
  try {
    return { sidecar, about: await sidecar.request('load', params, { result: loaded }) }
  } catch (error) {
    await sidecar.end()
    throw error
  }
}
