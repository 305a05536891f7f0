import type { z } from 'zod'

/**
 * What is wrong with fields that did not parse: one line for people, and the path of the first of them.
 * @param whole what the value itself is called, where no field of it is at fault.
 * @param most issues that are told of.
 */
export function fieldProblem({ issues }: z.ZodError, whole: string, most = issues.length) {
  const path = (issues[0]?.path ?? []).map(part => (typeof part === 'symbol' ? String(part) : part))
  const text = issues
    .slice(0, most)
    .map(({ path, message }) => [path.join('.') || whole, message].filter(Boolean).join(': '))
    .join('; ')
  return { path, text }
}
