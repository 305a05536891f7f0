import { join } from 'node:path'
import { ffmpeg } from './ffmpeg.ts'

/** Where one of the photographs of the tests lies. */
export const photo = (name: string) => join(import.meta.dirname, '../photos', `${name}.jpg`)

export interface Scene {
  /** Name of the photograph; without one, nobody is there. */
  photo?: string
  seconds: number
}

/** Pictures a second of a film. */
const rate = 15

/**
 * Writes a film for a browser's camera (JPEGs one after the other, 640 x 480): photographs as somebody holds them up,
 * trembling a little, one scene after the other.
 */
export async function cameraFilm(path: string, scenes: readonly Scene[]): Promise<void> {
  const inputs = scenes.flatMap(({ photo: name, seconds }) => {
    const time = ['-framerate', String(rate), '-t', String(seconds)]
    return name === undefined
      ? ['-f', 'lavfi', '-t', String(seconds), '-i', `color=gray:size=640x480:rate=${rate}`]
      : ['-loop', '1', ...time, '-i', photo(name)]
  })
  const tremble =
    "crop=iw-16:ih-16:x='8+6*sin(t*5)':y='8+6*cos(t*4)',scale=480:480:force_original_aspect_ratio=decrease"
  const held = `scale=640:-2,${tremble},pad=640:480:(ow-iw)/2:(oh-ih)/2`
  const parts = scenes.map(
    (scene, n) => `[${n}]${scene.photo === undefined ? 'null' : held},setsar=1,format=yuvj420p[s${n}]`,
  )
  const joined = `${scenes.map((_, n) => `[s${n}]`).join('')}concat=n=${scenes.length}[film]`
  await ffmpeg(
    ...inputs,
    '-filter_complex',
    [...parts, joined].join(';'),
    '-map',
    '[film]',
    '-q:v',
    '3',
    '-f',
    'mjpeg',
    path,
  )
}
