import { access } from 'node:fs/promises'
import { AppError } from '@hearth/contract'
import { type Files, parseReference } from '@hearth/files'
import { jobs, type Store, uploads } from '@hearth/store'

/**
 * Path of the file behind an input reference, as its owner may see it.
 * @throws AppError `not-found` if it never was, is another owner's, or was deleted while the job waited.
 */
export async function locateReference(
  { store, files }: { store: Store; files: Files },
  reference: string,
  owner: string,
): Promise<string> {
  const path = await find(store, files, reference, owner)
  try {
    if (path) {
      await access(path)
      return path
    }
  } catch (cause) {
    throw gone(reference, cause)
  }
  throw gone(reference)
}

async function find(store: Store, files: Files, reference: string, owner: string): Promise<string | undefined> {
  const parsed = parseReference(reference)
  if ('upload' in parsed) {
    const upload = await uploads.get(store, { id: parsed.upload, owner })
    return upload && files.uploadPath(upload.id)
  }
  const job = await jobs.get(store, { id: parsed.job, owner })
  return job && files.outputPath({ id: job.id, created_at: job.createdAt }, parsed.name)
}

function gone(reference: string, cause?: unknown): AppError {
  return new AppError('not-found', `${reference} is not there any more`, {
    hint: 'It was deleted while the job waited. Send the file again.',
    cause,
  })
}
