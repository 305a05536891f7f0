import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@hearth/contract'
import { z } from 'zod'

export const manifestName = 'hearth.json'

/** Written into the folder of a pulled model, last. */
const manifest = z.object({
  format: z.literal(1),
  id: z.string(),
  family: z.string(),
  /** Where it came from, as `sourceText` gives it. */
  source: z.string(),
  digest: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.int().nonnegative(), sha256: z.string() })),
  licence: z.object({ id: z.string(), accepted_at: z.iso.datetime().nullable() }),
  pulled_at: z.iso.datetime(),
})
export type Manifest = z.infer<typeof manifest>

/** The manifest of a folder; undefined where there is none. @throws AppError `model-broken` if it cannot be read. */
export async function readManifest(dir: string): Promise<Manifest | undefined> {
  let text: string
  try {
    text = await readFile(join(dir, manifestName), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const parsed = manifest.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new AppError('model-broken', `${manifestName} cannot be read: ${parsed.error.message}`, {
    hint: 'Pull the model again.',
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('model-broken', `${manifestName} is not valid JSON`, { hint: 'Pull the model again.', cause })
  }
}

/** The digest of a model: sha256 over the sorted lines `<file sha256>  <path>`, as `sha256sum` prints them. */
export function modelDigest(files: readonly { path: string; sha256: string }[]): string {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const hash = createHash('sha256')
  for (const { path, sha256 } of sorted) hash.update(`${sha256}  ${path}\n`)
  return hash.digest('hex')
}
