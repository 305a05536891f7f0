import { AppError } from '@hearth/contract'
import { type CurrentEmbedder, embeddingTask } from '@hearth/faces/people'
import { people } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'

/**
 * The embedder of that name, else the default one, with the digest of its weights where the owner's faces tell it.
 * Undefined where none is installed. @throws AppError `model-not-installed` for a name that is not known.
 */
export async function currentEmbedder(
  deps: ApiDeps,
  owner: string,
  name: string | undefined,
): Promise<CurrentEmbedder | undefined> {
  try {
    const { id } = await deps.models.resolve(embeddingTask, name)
    return { id, digest: await people.latestDigest(deps.store, { owner, embedder: id }) }
  } catch (error) {
    if (name === undefined && error instanceof AppError && error.code === 'model-not-installed') return undefined
    throw error
  }
}
