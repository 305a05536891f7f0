import { uploads } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'

/**
 * Removes uploads that nothing refers to once they are older than the setting, rows first: a file whose row is gone is
 * found again by its age. So are files that never got a row. Any number of api processes may do so at a time.
 * @returns how many files went.
 */
export async function sweepUploads({ store, files, config }: Pick<ApiDeps, 'store' | 'files' | 'config'>) {
  const before = new Date(Date.now() - config.uploadKeep)
  await uploads.removeUnused(store, { before })
  const old = await files.oldUploads(before)
  const known = await uploads.known(store, old)
  const left = old.filter(id => !known.has(id))
  for (const id of left) await files.removeUpload(id)
  return left.length
}
