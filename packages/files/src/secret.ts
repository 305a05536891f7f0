import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The secret of this installation, from which signatures are made: 32 random bytes as hex in `<state>/secret`, readable
 * by its owner alone. Made on first use; two processes that start together agree on the one that was written first.
 */
export function readSecret(config: { roots: { state: string } }): string {
  const path = join(config.roots.state, 'secret')
  if (!existsSync(path)) makeKeyFile(path)
  return readFileSync(path, 'utf8').trim()
}

/** Writes 32 random bytes as hex, readable by their owner alone. A file that is there, or comes first, stays. */
export function makeKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600, flush: true })
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}
