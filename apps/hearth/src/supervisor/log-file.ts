import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const limit = 16 * 2 ** 20

export interface LogFile {
  write(piece: Uint8Array): void
  close(): void
}

/** A log that is begun anew when it has grown large, with one predecessor kept as `<path>.1`. */
export function openLogFile(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true })
  let file = openSync(path, 'a', 0o600)
  let size = fstatSync(file).size
  let open = true
  return {
    write(piece) {
      // The last words of a process may arrive after its end.
      if (!open) return
      if (size > limit) {
        closeSync(file)
        renameSync(path, `${path}.1`)
        file = openSync(path, 'a', 0o600)
        size = 0
      }
      size += writeSync(file, piece)
    },
    close() {
      open = false
      closeSync(file)
    },
  }
}
