import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cameraFilm } from '@hearth/testing/camera-film'
import { afterAll } from 'vitest'

/** A film of a photograph held up to the camera. Deleted when the tests of the file have ended. */
export function clipOf(name: string): () => Promise<string> {
  let folder: string | undefined
  afterAll(async () => {
    if (folder) await rm(folder, { recursive: true, force: true })
  })
  return async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-clip-'))
    const clip = join(folder, 'clip.mjpeg')
    await cameraFilm(clip, [{ photo: name, seconds: 4 }])
    return clip
  }
}
