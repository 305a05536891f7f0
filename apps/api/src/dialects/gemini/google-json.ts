import { AppError, fieldProblem } from '@hearth/contract'
import { z } from 'zod'

/** Google's name of a field; clients may write it in snake_case as well. */
export function camelName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** An object of Google's JSON: both ways of writing names are the same, null is nothing, the unknown is left out. */
export function fields<S extends z.ZodRawShape>(shape: S) {
  return z.preprocess(camelNames, z.object(shape))
}

/** The same, with what is not known kept: for objects whose unknown fields must be refused. */
export function looseFields<S extends z.ZodRawShape>(shape: S) {
  return z.preprocess(camelNames, z.looseObject(shape))
}

/** A list, in place of which Google takes a single item too. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess(given => (Array.isArray(given) ? given : [given]), z.array(item)).optional()
}

function camelNames(given: unknown): unknown {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return given
  const entries = Object.entries(given).filter(([, value]) => value !== null)
  return Object.fromEntries(entries.map(([name, value]) => [camelName(name), value]))
}

/** @throws AppError `invalid-input` with the path of the field. */
export function readRequest<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const { path, text } = fieldProblem(parsed.error, 'body')
  throw new AppError('invalid-input', text.slice(0, 2000), { path, cause: parsed.error })
}

/** @throws AppError `invalid-input`: a field that would change the answer is not left out without a word. */
export function notServed(path: (string | number)[], hint?: string): never {
  throw new AppError('invalid-input', `${path.join('.')}: not served here`, {
    path,
    ...(hint === undefined ? {} : { hint }),
  })
}
