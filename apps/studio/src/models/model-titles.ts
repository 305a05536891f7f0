import { useModels } from '../api/queries.ts'

/** What a model is called, by its id; the id itself while nobody knows better. */
export function useModelTitles(): (id: string) => string {
  const models = useModels()
  return id => models.data?.find(model => model.id === id)?.title ?? id
}
