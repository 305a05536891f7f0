import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

export interface Source {
  /** Relative to the checkout. */
  path: string
  text: string
}

/** Files that git tracks or would track, under these patterns. */
export function sources(...patterns: string[]): Source[] {
  const names = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  })
  return names
    .split('\n')
    .filter(name => name !== '' && existsSync(join(root, name)))
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

export const isGenerated = (path: string) => path.includes('.generated.')
export const isTest = (path: string) =>
  /(\.test\.tsx?|-under-test\.ts)$/.test(path) ||
  path.startsWith('packages/testing/') ||
  /\/(e2e|fuzz|testing)\//.test(path) ||
  path.includes('/golden/')
