import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The secret of this installation, from which signatures are made: 32 random bytes as hex in `<state>/secret`, readable
 * by its owner alone. Made on first use; two processes that start together agree on the one that was written first.
 */
export function readSecret(config: { roots: { state: string } }): string {
  const path = join(config.roots.state, 'secret')
  mkdirSync(config.roots.state, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  if (!existsSync(path)) {
    writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600, flush: true })
    try {
      linkSync(draft, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      rmSync(draft)
    }
  }
  return readFileSync(path, 'utf8').trim()
}
