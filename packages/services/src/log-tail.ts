import { open, stat } from 'node:fs/promises'

/** The end of a log as of now, so that later only what was added is shown. */
export async function logMark(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

/** What was added to a log since the mark: its last lines. */
export async function logTail(path: string, mark: number, lines = 12): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    // A log that was begun anew is shorter than the mark.
    const start = Math.max(size < mark ? 0 : mark, size - 8192)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start)
    return buffer.subarray(0, bytesRead).toString('utf8').trim().split('\n').slice(-lines).join('\n')
  } finally {
    await file.close()
  }
}
