import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

export interface StudioFile {
  path: string
  /** Of a page: allows exactly the scripts that are in it. */
  csp: string | undefined
}

/** The exported studio by address (`/gallery.html`). Empty if it has not been built. */
export async function readStudio(root: string): Promise<Map<string, StudioFile>> {
  const files = new Map<string, StudioFile>()
  let names: string[]
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true })
    names = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return files
    throw error
  }
  for (const path of names) {
    const address = `/${relative(root, path).split(sep).join('/')}`
    const csp = path.endsWith('.html') ? pagePolicy(await readFile(path, 'utf8')) : undefined
    files.set(address, { path, csp })
  }
  return files
}

/** Next writes scripts into its pages: each is allowed by its hash, and no other. Styles stand in attributes too. */
export function pagePolicy(html: string): string {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)]
  const hashes = scripts.map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
  return [
    "default-src 'self'",
    ["script-src 'self'", ...new Set(hashes)].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self' data:",
    "connect-src 'self' blob:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
