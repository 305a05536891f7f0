import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@hearth/contract'

/** Names of the files of a folder, in their order. */
export async function filesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true })
  return entries
    .filter(entry => !entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

/** The file that fits; of several the one with 8-bit weights, which these models are published for. */
export function pick(names: readonly string[], pattern: RegExp): string | undefined {
  const fitting = names.filter(name => pattern.test(name))
  return fitting.find(name => name.includes('int8')) ?? fitting[0]
}

/** Path of the file that fits. @throws AppError `model-broken` where there is none. */
export function required(dir: string, names: readonly string[], pattern: RegExp, what: string): string {
  const name = pick(names, pattern)
  if (name !== undefined) return join(dir, name)
  throw new AppError('model-broken', `${what} is missing in ${dir}`, { hint: 'Verify the model, or pull it again.' })
}

/**
 * The tokens of a model and their numbers, as sherpa reads them: a line for each.
 * @param unique whether each may come once only, as for voices.
 * @throws AppError `model-broken` for what sherpa would end the process over.
 */
export async function readTokens(path: string, { unique = false } = {}): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  const broken = (line: number, what: string) =>
    new AppError('model-broken', `${path}, line ${line}: ${what}`, { hint: 'Verify the model, or pull it again.' })
  const lines = (await readFile(path, 'utf8')).split(/\r?\n/)
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue
    const [, token = '', number] = /^(.*?)[ \t]+(\d+)\s*$/.exec(line) ?? []
    if (number === undefined) throw broken(at + 1, 'expected a token and its number')
    const key = token === '' ? ' ' : token
    if (unique && found.has(key)) throw broken(at + 1, `the token ${JSON.stringify(key)} comes twice`)
    found.set(key, Number(number))
  }
  if (found.size === 0) throw broken(1, 'there are no tokens')
  return found
}
