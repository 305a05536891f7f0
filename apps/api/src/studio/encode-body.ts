import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

// The best quality: a few tenths of a second off the main thread, once for each file and start, for a tenth less to load.
const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
const squeeze = {
  br: (bytes: Uint8Array) => promisify(brotliCompress)(bytes, best),
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes),
}
export type Encoding = keyof typeof squeeze

const text = /\.(html|js|css|svg|txt|json)$/
/** Below this the header costs more than it saves. */
const worthwhile = 1024

/** The encoding in which a file is best sent to who accepts these; undefined: as it is. */
export function encodingFor(path: string, size: number, accepted: string | undefined): Encoding | undefined {
  if (accepted === undefined || size < worthwhile || !text.test(path)) return undefined
  const names = accepted.split(',').map(part => part.trim().split(';')[0])
  return (['br', 'gzip'] as const).find(encoding => names.includes(encoding))
}

const kept = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()

/** The file's bytes in this encoding. Done once for each `version` of it: the studio has few files and they stay. */
export function encodeBody(bytes: Uint8Array, encoding: Encoding, version: string): Promise<Uint8Array<ArrayBuffer>> {
  const name = `${encoding} ${version}`
  const known = kept.get(name)
  if (known) return known
  const made = squeeze[encoding](bytes).then(packed => new Uint8Array(packed))
  kept.set(name, made)
  made.catch(() => kept.delete(name))
  return made
}
