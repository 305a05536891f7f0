import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll } from 'vitest'

const run = promisify(execFile)

/** Where the photographs of the tests lie. */
export const photo = (name: string) => join(import.meta.dirname, '../../../packages/testing/photos', `${name}.jpg`)

/** A film of a photograph as somebody holds it up: it trembles a little. Deleted when the tests of the file have ended. */
export function clipOf(name: string): () => Promise<string> {
  let folder: string | undefined
  afterAll(async () => {
    if (folder) await rm(folder, { recursive: true, force: true })
  })
  return async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-clip-'))
    const clip = join(folder, 'clip.mjpeg')
    const tremble =
      "crop=iw-16:ih-16:x='8+6*sin(t*5)':y='8+6*cos(t*4)',scale=480:480:force_original_aspect_ratio=decrease"
    const picture = ['-loop', '1', '-framerate', '15', '-t', '4', '-i', photo(name)]
    const film = `scale=640:-2,${tremble},pad=640:480:(ow-iw)/2:(oh-ih)/2,format=yuvj420p`
    await run('ffmpeg', ['-v', 'error', ...picture, '-vf', film, '-q:v', '3', '-f', 'mjpeg', clip])
    return clip
  }
}
