import { AppError } from '@hearth/contract'
import type { Picture } from '../picture.ts'
import { defaultMaxVideoPixels, guardedInput, inspectVideo } from './inspect-video.ts'
import { type Program, startProgram } from './program.ts'

/** One picture of a video or stream. */
export interface Frame {
  /** Seconds from the start. */
  time: number
  /** RGB. */
  picture: Picture
}

export interface ReadOptions {
  /** Frames a second; never more than the file has. Default: all. */
  fps?: number
  /** Longer side of the pictures in pixels; larger frames are scaled down. */
  maxSide?: number
  /** Longest frame taken in. Default: 8K. */
  maxPixels?: number
  signal?: AbortSignal
}

/**
 * The frames of a video file, upright and with square pixels, one after the other: the next is decoded while this one
 * is looked at, and no more. Leaving the loop ends ffmpeg.
 * @throws AppError as `inspectVideo`; `cancelled` after an abort.
 */
export async function* readFrames(path: string, options: ReadOptions = {}): AsyncGenerator<Frame, void, undefined> {
  const { maxPixels = defaultMaxVideoPixels, maxSide, signal } = options
  const info = await inspectVideo(path, { maxPixels, ...(signal ? { signal } : {}) })
  const { args } = await guardedInput(path)
  const fps = Math.min(options.fps ?? info.fps, info.fps)
  const size = fitInside(info, maxSide)
  const program = startProgram(
    'ffmpeg',
    [...quiet, '-threads', '1', '-max_pixels', String(maxPixels), ...args, ...rawFrames(fps, size)],
    { signal, failure: 'the video cannot be read' },
  )
  program.stdin.end()
  let count = 0
  for await (const data of rawPictures(program, size.width * size.height * 3)) {
    yield { time: count / fps, picture: { ...size, channels: 3, data } }
    count += 1
  }
  if (count === 0) throw new AppError('invalid-input', 'the video holds no frame that can be decoded')
}

export const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error']

/** Arguments that turn the first video track into raw RGB on stdout. ffmpeg rotates by itself before its filters. */
function rawFrames(fps: number, { width, height }: { width: number; height: number }): string[] {
  const filters = `fps=${fps},scale=${width}:${height}:flags=bicubic,setsar=1`
  const output = ['-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1']
  return ['-map', '0:V:0', '-an', '-sn', '-dn', '-filter_threads', '1', '-vf', filters, ...output]
}

/** Cuts a program's output into pictures. Ends the program when the loop is left. @throws what ended it. */
async function* rawPictures(program: Program, bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let frame = new Uint8Array(bytes)
  let filled = 0
  try {
    for await (const chunk of program.stdout as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; ) {
        const taken = Math.min(chunk.length - at, bytes - filled)
        frame.set(chunk.subarray(at, at + taken), filled)
        at += taken
        filled += taken
        if (filled < bytes) continue
        yield frame
        frame = new Uint8Array(bytes)
        filled = 0
      }
    }
    await program.ended
  } finally {
    program.kill()
  }
}

/** The size scaled down so that its longer side is `maxSide` at most. */
export function fitInside(
  size: { width: number; height: number },
  maxSide?: number,
): { width: number; height: number } {
  const scale = Math.min(1, (maxSide ?? Number.POSITIVE_INFINITY) / Math.max(size.width, size.height))
  return { width: Math.max(1, Math.round(size.width * scale)), height: Math.max(1, Math.round(size.height * scale)) }
}
