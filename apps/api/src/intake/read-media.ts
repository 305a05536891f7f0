import { readFile } from 'node:fs/promises'
import { AppError, type MediaKind } from '@hearth/contract'
import { parseReference } from '@hearth/files'
import { jobs } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'
import { type Media, toBytes, toReference } from './store-media.ts'

/** The bytes of whatever stands for a file, references to the owner's own files included. @throws AppError. */
export async function readMedia(
  deps: ApiDeps,
  owner: string,
  media: Media,
  kind: MediaKind = 'image',
): Promise<Uint8Array> {
  if (typeof media !== 'string' || !/^(upload|output):/.test(media)) return toBytes(deps, media)
  const parsed = parseReference(await toReference(deps, owner, kind, media))
  if ('upload' in parsed) return readFile(deps.files.uploadPath(parsed.upload))
  const row = await jobs.get(deps.store, { id: parsed.job, owner })
  if (!row) throw new AppError('not-found', `there is no job ${parsed.job}`)
  return readFile(deps.files.outputPath({ id: row.id, created_at: row.createdAt }, parsed.name))
}
