import { AppError } from '@hearth/contract'

/**
 * Checks a file name that came from outside: a hub's list, an archive or a catalogue. Only plain relative names pass,
 * so that nothing can be written elsewhere.
 * @throws AppError `model-broken`.
 */
export function safePath(path: string): string {
  const parts = path.split('/')
  const bad =
    path.length > 400 ||
    path.includes('\\') ||
    path.includes(':') ||
    [...path].some(letter => letter.charCodeAt(0) < 32) ||
    parts.some(part => part === '' || part.startsWith('.'))
  if (bad)
    throw new AppError('model-broken', `a source names a file that is not safe to write: ${JSON.stringify(path)}`)
  return path
}

/** The path below a folder of the source; undefined outside it. A file named in full keeps its last part. */
export function pathBelow(path: string, folder: string | undefined): string | undefined {
  const base = (folder ?? '').replace(/^\.?\/*|\/+$/g, '')
  if (base === '') return path
  if (path === base) return base.slice(base.lastIndexOf('/') + 1)
  return path.startsWith(`${base}/`) ? path.slice(base.length + 1) : undefined
}
