import { rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { AppError } from '@hearth/contract'
import type { Picture } from '../picture.ts'
import { guardedInput } from './inspect-video.ts'
import { type Program, startProgram } from './program.ts'
import { quiet } from './read-frames.ts'

export interface WriteOptions {
  width: number
  height: number
  fps: number
  /** A video file whose first sound track is taken along, where it has one. */
  audioFrom?: string
  /** Default 1. */
  threads?: number
  signal?: AbortSignal
}

/**
 * Writes RGB pictures of one size as an MP4 that browsers play: H.264, 4:2:0, the index in front. Odd sizes gain a row
 * or column. What was written is removed if it does not come to an end.
 * @throws AppError `unavailable` (no ffmpeg), `cancelled`, or whatever the source of the pictures throws.
 */
export async function writeVideo(path: string, options: WriteOptions, pictures: AsyncIterable<Picture>): Promise<void> {
  const { width, height, fps, audioFrom, threads = 1, signal } = options
  const sound = audioFrom === undefined ? undefined : await guardedInput(audioFrom)
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', String(fps), '-i', 'pipe:0']
  const filter = `pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p`
  const args = [
    ...quiet,
    ...raw,
    ...(sound?.args ?? []),
    ...['-map', '0:v', ...(sound ? ['-map', '1:a:0?', '-c:a', 'aac', '-b:a', '128k'] : [])],
    ...['-filter_threads', '1', '-vf', filter, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23'],
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
    ...['-threads', String(threads), '-movflags', '+faststart', '-f', 'mp4', '-y', `file:${path}`],
  ]
  const program = startProgram('ffmpeg', args, { signal, failure: 'the video cannot be written' })
  program.stdout.resume()
  try {
    await feed(program, pictures, width * height * 3)
    await program.ended
  } catch (error) {
    program.kill()
    await program.ended.catch(() => undefined)
    await rm(path, { force: true })
    throw error
  }
}

async function feed(program: Program, pictures: AsyncIterable<Picture>, bytes: number): Promise<void> {
  for await (const { data, channels } of pictures) {
    if (channels !== 3 || data.length !== bytes)
      throw new AppError('internal', 'pictures of a video have one size, in RGB')
    // An encoder that has ended says why in `ended`; waiting for its input to drain would be for ever.
    if (!program.stdin.write(data)) await Promise.race([drained(program.stdin), program.ended])
  }
  program.stdin.end()
}

function drained(stream: Writable): Promise<void> {
  return new Promise(resolve => void stream.once('drain', resolve))
}
