import { AppError, toAppError } from '@hearth/contract'

/** Ollama's names have a tag, `latest` unless told otherwise. Ours have none. */
export function taggedName(id: string): string {
  return id.includes(':') ? id : `${id}:latest`
}

/** Our name of a model that a client names as Ollama does: with its registry, and the tag that stands for none. */
export function plainName(name: string): string {
  return name
    .trim()
    .replace(/^(registry\.)?ollama\.(ai|com)\//i, '')
    .replace(/^library\//i, '')
    .replace(/:latest$/i, '')
}

/** Runs what asks for a model; one that is not here is told in the words that clients know. */
export async function withModelName<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.status !== 404 || error.path?.[0] !== 'model') throw thrown
    const { hint = '' } = error
    throw new AppError(error.code, `model '${name.slice(0, 200)}' not found`, { path: ['model'], hint, cause: thrown })
  }
}
