import { readFile } from 'node:fs/promises'
import { AppError } from '@hearth/contract'

/** Names of a model's classes, one a line, in its order. Throws `model-broken` where the file cannot be read. */
export async function readLabels(path: string): Promise<string[]> {
  try {
    return (await readFile(path, 'utf8')).trimEnd().split(/\r?\n/)
  } catch (cause) {
    throw new AppError('model-broken', `${path} cannot be read`, { hint: 'Pull the model again.', cause })
  }
}
