import { AppError, type ModelView } from '@hearth/contract'

/** A model in the words of OpenAI and, beside them, of Anthropic, whose clients ask at the same address. */
export function modelEntry(model: ModelView) {
  return {
    id: model.id,
    object: 'model' as const,
    // When it was trained is not known.
    created: 0,
    owned_by: model.family ?? 'unknown',
    type: 'model' as const,
    display_name: model.title,
    created_at: '1970-01-01T00:00:00Z',
  }
}

/**
 * The models that can be used now, for tasks that clients can ask for.
 * @param tasks ids of those tasks
 */
export function modelList(models: readonly ModelView[], tasks: readonly string[]) {
  const data = models
    .filter(({ state, tasks: own }) => state === 'installed' && own.some(id => tasks.includes(id)))
    .map(modelEntry)
  return {
    object: 'list' as const,
    data,
    has_more: false,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  }
}

/** @throws AppError `model-not-installed` with how to get it, `model-broken` with the reason. */
export function usableModel(model: ModelView, size: (bytes: number) => string) {
  if (model.state === 'installed') return modelEntry(model)
  if (model.state === 'broken') {
    throw new AppError('model-broken', `the model ${model.id} cannot be used: ${model.reason ?? 'unknown reason'}`, {
      hint: `Pull it again: hearth pull ${model.id}`,
    })
  }
  throw new AppError('model-not-installed', `the model ${model.id} is not installed`, {
    path: ['model'],
    hint: `Get it with: hearth pull ${model.id} (${size(model.bytes)})`,
  })
}
