import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '@hearth/contract'

export type HashName = 'sha256' | 'sha512' | 'sha1'

const pieceBytes = 2 ** 20

/** A file that grows: what is on disk has this length and hash at any time. */
export class PartialFile {
  readonly path: string
  /** So far. */
  bytes = 0
  /** Of the answer that the bytes came from. */
  etag: string | undefined
  readonly #handle: FileHandle
  readonly #algorithm: HashName
  readonly #etagPath: string
  #hash: Hash

  private constructor(handle: FileHandle, path: string, etagPath: string, algorithm: HashName) {
    this.#handle = handle
    this.path = path
    this.#etagPath = etagPath
    this.#algorithm = algorithm
    this.#hash = createHash(algorithm)
  }

  /**
   * Opens or makes a file, reads what is in it, and closes it after the work. The etag is kept in a file of its own, so
   * that it outlives us.
   */
  static async use<T>(
    place: { file: string; etag: string },
    algorithm: HashName,
    signal: AbortSignal,
    work: (file: PartialFile) => Promise<T>,
  ): Promise<T> {
    await mkdir(dirname(place.file), { recursive: true })
    const handle = await open(place.file, 'a+')
    try {
      const file = new PartialFile(handle, place.file, place.etag, algorithm)
      await file.#readAll(signal)
      file.etag = await readEtag(place.etag)
      return await work(file)
    } finally {
      await handle.close()
    }
  }

  /** Appends. @throws AppError `insufficient-storage` when the disk is full. */
  async write(piece: Uint8Array): Promise<void> {
    let written = 0
    while (written < piece.length) {
      const { bytesWritten } = await this.#handle.write(piece, written).catch(error => {
        throw explainWrite(error, this.path)
      })
      this.#hash.update(piece.subarray(written, written + bytesWritten))
      written += bytesWritten
      this.bytes += bytesWritten
    }
  }

  /** Empties the file. */
  async restart(): Promise<void> {
    await this.#handle.truncate(0)
    await this.setEtag(undefined)
    this.#hash = createHash(this.#algorithm)
    this.bytes = 0
  }

  async setEtag(etag: string | undefined): Promise<void> {
    if (etag === this.etag) return
    this.etag = etag
    if (etag === undefined) return await rm(this.#etagPath, { force: true })
    await mkdir(dirname(this.#etagPath), { recursive: true })
    await writeFile(this.#etagPath, etag)
  }

  /** Hash of all so far, in hex. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /** Resolves when all is on the disk itself. */
  async sync(): Promise<void> {
    await this.#handle.sync()
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    const buffer = Buffer.allocUnsafe(pieceBytes)
    for (;;) {
      signal.throwIfAborted()
      const { bytesRead } = await this.#handle.read(buffer, 0, pieceBytes, this.bytes)
      if (bytesRead === 0) return
      this.#hash.update(buffer.subarray(0, bytesRead))
      this.bytes += bytesRead
    }
  }
}

/** What a failed write means for the one who waits for the file. */
export function explainWrite(error: unknown, path: string): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('insufficient-storage', `the disk is full: ${path} cannot be written`, {
      hint: 'Free some space and pull again: what was fetched so far is kept.',
      cause: error,
    })
  }
  return new AppError('internal', `${path} cannot be written: ${String(code ?? error)}`, { cause: error })
}

async function readEtag(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
