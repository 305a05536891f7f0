import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'hearth-video-'

/**
 * A folder for files on their way from or to ffmpeg, which needs to go back and forth in them; gone when `use` is over.
 * Those of processes that were killed are removed as well.
 */
export async function withVideoFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  await sweep()
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN
    if (Number.isNaN(pid) || isAlive(pid)) continue
    await rm(join(tmpdir(), name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process, and somebody else's folder.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
