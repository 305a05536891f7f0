import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Files for inputs whose bytes came with a run. */
export interface InputFiles {
  /** @returns the path of a file that holds them until `remove`. */
  write(bytes: Uint8Array): Promise<string>
  remove(): Promise<void>
}

export function inputFiles(): InputFiles {
  let folder: Promise<string> | undefined
  let written = 0
  return {
    async write(bytes) {
      folder ??= mkdtemp(join(tmpdir(), 'hearth-input-'))
      const path = join(await folder, String(written))
      written += 1
      await writeFile(path, bytes)
      return path
    },
    async remove() {
      if (folder) await rm(await folder, { recursive: true, force: true })
    },
  }
}
