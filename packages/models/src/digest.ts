import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isPickle, listFiles, signature } from './folder.ts'
import { manifestName, modelDigest } from './manifest.ts'

/** Stands in place of a digest that has not been computed. */
export const unverified = 'unverified'

const record = z.object({ dir: z.string(), signature: z.string(), digest: z.string() })
const pieceBytes = 2 ** 20

/** Digests of folders that no pull has computed, kept in the state folder; valid as long as the files are unchanged. */
export interface Digests {
  /** The digest of a folder whose files have this signature; undefined until computed. */
  known(dir: string, seen: string): Promise<string | undefined>
  /** Reads all files and keeps the result. One folder is read once at a time. */
  compute(dir: string, signal?: AbortSignal): Promise<string>
}

export function createDigests(stateDir: string): Digests {
  const folder = join(stateDir, 'digests')
  const running = new Map<string, Promise<string>>()
  const fileOf = (dir: string) => join(folder, `${createHash('sha256').update(dir).digest('hex').slice(0, 32)}.json`)

  async function compute(dir: string, signal?: AbortSignal): Promise<string> {
    const files = await listFiles(dir)
    const parts: { path: string; sha256: string }[] = []
    for (const { path } of files) {
      if (path === manifestName || isPickle(path)) continue
      parts.push({ path, sha256: await hashFile(join(dir, path), signal) })
    }
    const digest = modelDigest(parts)
    await mkdir(folder, { recursive: true })
    const temporary = `${fileOf(dir)}.${process.pid}`
    await writeFile(temporary, JSON.stringify({ dir, signature: signature(files), digest }))
    await rename(temporary, fileOf(dir))
    return digest
  }

  return {
    async known(dir, seen) {
      let text: string
      try {
        text = await readFile(fileOf(dir), 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
      const kept = record.parse(JSON.parse(text))
      return kept.dir === dir && kept.signature === seen ? kept.digest : undefined
    },
    compute(dir, signal) {
      const earlier = running.get(dir)
      if (earlier) return earlier
      const started = compute(dir, signal).finally(() => running.delete(dir))
      running.set(dir, started)
      return started
    },
  }
}

/** sha256 of a file, read in pieces so that the event loop is not held up. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) {
    signal?.throwIfAborted()
    hash.update(piece)
  }
  return hash.digest('hex')
}
