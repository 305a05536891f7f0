import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Why tests that need ffmpeg are skipped; undefined where it is at hand with H.264. Said once on stderr. */
export const ffmpegMissing: string | undefined = look()

function look(): string | undefined {
  try {
    const encoders = execFileSync('ffmpeg', ['-hide_banner', '-encoders'], { encoding: 'utf8', stdio: 'pipe' })
    if (encoders.includes('libx264')) return undefined
    console.warn('skipped: this ffmpeg has no libx264')
    return 'this ffmpeg has no libx264'
  } catch {
    console.warn('skipped: ffmpeg is not installed')
    return 'ffmpeg is not installed'
  }
}

/** Runs ffmpeg, to make what a test needs. */
export async function ffmpeg(...args: string[]): Promise<void> {
  await run('ffmpeg', ['-hide_banner', '-nostdin', '-loglevel', 'error', '-y', '-threads', '1', ...args])
}
