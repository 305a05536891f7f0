import { AppError, type ModelView } from '@hearth/contract'

/** What can be asked of a model, by the tasks that it serves. Others are not for this dialect. */
const methods: Record<string, string[]> = {
  chat: ['generateContent', 'streamGenerateContent'],
  'count-tokens': ['countTokens'],
  'embed-text': ['embedContent', 'batchEmbedContents'],
}
const usualPage = 50

export function modelEntry(model: ModelView) {
  const number = (field: string, name: string) => {
    const value = model.defaults[field]
    return typeof value === 'number' ? { [name]: value } : {}
  }
  return {
    name: `models/${model.id}`,
    baseModelId: model.id,
    version: /^[0-9a-f]{12}/.exec(model.digest ?? '')?.[0] ?? 'unverified',
    displayName: model.title,
    description: model.description,
    ...number('context_length', 'inputTokenLimit'),
    ...number('context_length', 'outputTokenLimit'),
    ...number('temperature', 'temperature'),
    ...number('top_p', 'topP'),
    ...number('top_k', 'topK'),
    supportedGenerationMethods: methodsOf(model),
  }
}

export function methodsOf({ tasks }: ModelView): string[] {
  return tasks.flatMap(task => methods[task] ?? [])
}

/** One page of the models that can be used now. @throws AppError `invalid-input` for a page that there cannot be. */
export function modelPage(
  models: readonly ModelView[],
  { size, token }: { size?: string | undefined; token?: string | undefined },
) {
  const usable = models.filter(model => model.state === 'installed' && methodsOf(model).length > 0)
  const limit = whole(size, 'pageSize') || usualPage
  const from = whole(token, 'pageToken')
  const next = from + limit
  return {
    models: usable.slice(from, next).map(modelEntry),
    ...(next < usable.length ? { nextPageToken: String(next) } : {}),
  }
}

function whole(text: string | undefined, name: string): number {
  if (text === undefined || text === '') return 0
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new AppError('invalid-input', `${name}: not understood`, { path: [name] })
}
