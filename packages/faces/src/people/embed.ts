import { setTimeout as delay } from 'node:timers/promises'
import { toAppError } from '@hearth/contract'
import type { z } from 'zod'
import { task as embedFaces } from '../embed-faces/spec.ts'
import { task as recogniseFaces } from '../recognise-faces/spec.ts'

/** The lane that answers at once; what of it is needed here. */
export interface Live {
  run(run: {
    task: string
    model?: string | undefined
    input: unknown
    media: ReadonlyMap<string, Uint8Array>
    owner: string
    signal: AbortSignal
  }): Promise<{ output: unknown }>
}

export type Embedded = z.output<typeof embedFaces.output>

/** Id of the task whose model makes the vectors. */
export const embeddingTask = embedFaces.id

/** The task that says who is in a picture, and what it answers. */
export const recognition = { task: recogniseFaces.id, output: recogniseFaces.output }

const reference = 'upload:live0000'

/** Seconds for which a model that is in use is waited for. */
const patience = 45

export interface EmbedRun {
  picture: Uint8Array
  crops: boolean
  model?: string | undefined
  owner: string
  signal: AbortSignal
}

/** The faces of one picture as vectors, with crops if wanted. Waits for its turn. @throws AppError. */
export async function embed(live: Live, { picture, crops, ...whose }: EmbedRun): Promise<Embedded> {
  const media = new Map([[reference, picture]])
  const input = { image: reference, crops, max_faces: 10 }
  const late = performance.now() + patience * 1000
  for (;;) {
    try {
      const { output } = await live.run({ task: embedFaces.id, input, media, ...whose })
      return embedFaces.output.parse(output)
    } catch (thrown) {
      const { code, retryAfter = 1 } = toAppError(thrown)
      const pause = Math.min(retryAfter, 5) * 1000
      if (code !== 'device-busy' || performance.now() + pause > late) throw thrown
      await delay(pause, undefined, { signal: whose.signal })
    }
  }
}
