import type { ModelView } from '@hearth/contract'
import { modelList } from '../openai/model-list.ts'

/** The models that can be used now, each with what a client may do with it: all may ask, none may train or search. */
export function siraModels(models: readonly ModelView[], tasks: readonly string[]) {
  const { object, data } = modelList(models, tasks)
  return {
    object,
    data: data.map(({ id, object, created, owned_by }) => ({
      id,
      object,
      created,
      owned_by,
      permission: [permission(id, created)],
      root: id,
      parent: null,
    })),
  }
}

function permission(model: string, created: number) {
  return {
    id: `modelperm-${model}`,
    object: 'model_permission' as const,
    created,
    allow_create_engine: false,
    allow_sampling: true,
    allow_logprobs: true,
    allow_search_indices: false,
    allow_view: true,
    allow_fine_tuning: false,
    organization: '*',
    group: null,
    is_blocking: false,
  }
}
