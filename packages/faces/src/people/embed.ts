import type { z } from 'zod'
import { task as embedFaces } from '../embed-faces/spec.ts'

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

const reference = 'upload:live0000'

/** The faces of one picture as vectors, with crops if wanted. @throws AppError. */
export async function embed(
  live: Live,
  {
    picture,
    crops,
    ...whose
  }: { picture: Uint8Array; crops: boolean; model?: string | undefined; owner: string; signal: AbortSignal },
): Promise<Embedded> {
  const media = new Map([[reference, picture]])
  const { output } = await live.run({
    task: embedFaces.id,
    input: { image: reference, crops, max_faces: 10 },
    media,
    ...whose,
  })
  return embedFaces.output.parse(output)
}
