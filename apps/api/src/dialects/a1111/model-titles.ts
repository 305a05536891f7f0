import { AppError, type ModelView } from '@hearth/contract'
import type { ApiDeps } from '../../deps.ts'

/** The task by which models are offered. */
export const drawing = 'text-to-image'

/** First ten digits of the digest, as A1111 shortens it; null until it is known. */
export function shortHash({ digest }: Pick<ModelView, 'digest'>): string | null {
  return digest !== null && /^[0-9a-f]{64}$/.test(digest) ? digest.slice(0, 10) : null
}

/** How clients name a model: `id [hash]`. */
export function modelTitle(model: Pick<ModelView, 'id' | 'digest'>): string {
  const hash = shortHash(model)
  return hash === null ? model.id : `${model.id} [${hash}]`
}

/** Models that can draw now. */
export async function drawingModels(deps: ApiDeps): Promise<ModelView[]> {
  return (await deps.models.list()).filter(({ state, tasks }) => state === 'installed' && tasks.includes(drawing))
}

/** The id behind a title, an id, an alias or a hash; what is none of them is given back for the resolver to refuse. */
export function modelNamed(models: readonly ModelView[], name: string): string {
  const bare = name.replace(/\s*\[[0-9a-f]+\]$/, '').replace(/\.(safetensors|ckpt)$/, '')
  const found = models.find(model => {
    const names = [model.id, modelTitle(model), shortHash(model), model.digest, ...model.aliases]
    return names.includes(name) || names.includes(bare)
  })
  return found?.id ?? bare
}

/** `GET sd-models`. */
export function modelList(models: readonly ModelView[]) {
  return models.map(model => ({
    title: modelTitle(model),
    model_name: model.id,
    hash: shortHash(model),
    sha256: shortHash(model) === null ? null : model.digest,
    filename: model.id,
    config: null,
  }))
}

/** @throws AppError `not-found`, told with A1111's own status. */
export function requireModel(models: readonly ModelView[], name: string): string {
  const id = modelNamed(models, name)
  if (models.some(model => model.id === id)) return id
  throw new AppError('not-found', `model ${name.slice(0, 100)} not found`, {
    path: ['sd_model_checkpoint'],
    hint: `There are ${models.map(modelTitle).join(', ') || 'none'}.`,
  })
}
