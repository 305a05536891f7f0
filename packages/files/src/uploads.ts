import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@hearth/contract'
import { syncFolder, writeDurably } from './durable.ts'

const safeId = /^[A-Za-z0-9_-]{8,64}$/

/** Keeps bytes that a client sent. Who may use them stands in the store. */
export async function storeUpload(
  root: string,
  bytes: Uint8Array,
): Promise<{ id: string; sha256: string; bytes: number }> {
  const id = randomBytes(16).toString('base64url')
  await mkdir(root, { recursive: true })
  await writeDurably(join(root, id), bytes)
  await syncFolder(root)
  return { id, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength }
}

/** Path of an upload, by the id a client gave. */
export function uploadPath(root: string, id: string): string {
  if (!safeId.test(id)) throw new AppError('not-found', 'There is no such upload.')
  return join(root, id)
}

export async function removeUpload(root: string, id: string): Promise<void> {
  await rm(uploadPath(root, id), { force: true })
}

/** Ids of files that were stored before a moment. */
export async function oldUploads(root: string, before: Date): Promise<string[]> {
  await mkdir(root, { recursive: true })
  const old: string[] = []
  for (const id of await readdir(root)) {
    if (safeId.test(id) && (await stat(join(root, id))).mtime < before) old.push(id)
  }
  return old
}
