import { AppError } from '@hearth/contract'
import { defaultMaxVideoPixels, guardedInput } from './inspect-video.ts'
import { startProgram } from './program.ts'
import { quiet } from './read-frames.ts'

/** A camera on the network, or a video file that is played over and over as if it were one. */
export type StreamSource = { kind: 'rtsp'; url: string } | { kind: 'file'; path: string }

export interface StreamOptions {
  /** Frames a second. */
  fps: number
  /** Longer side of the pictures in pixels; larger ones are scaled down. */
  maxSide: number
  /** Milliseconds without a frame after which the stream counts as broken. */
  patience: number
  signal: AbortSignal
}

/** Media of RTSP comes through its own connection: no other way, no other address. */
const rtspInput = (url: string) => [
  ...['-rtsp_transport', 'tcp', '-protocol_whitelist', 'rtp,tcp,tls,crypto,srtp', '-fflags', 'nobuffer'],
  ...['-flags', 'low_delay', '-f', 'rtsp', '-i', url],
]

/**
 * Pictures of a stream as JPEG files, as they come. Whoever is slower than the stream has to let pictures go: what is
 * not taken at once holds up ffmpeg. Ends with an error alone, and with the loop.
 * @throws AppError `unavailable` (not reachable, broke, silent), `cancelled`.
 */
export async function* readStream(source: StreamSource, options: StreamOptions): AsyncGenerator<Uint8Array> {
  const { fps, maxSide, patience, signal } = options
  const silence = new AbortController()
  const input =
    source.kind === 'rtsp'
      ? rtspInput(source.url)
      : ['-re', '-stream_loop', '-1', ...(await guardedInput(source.path)).args]
  const scale = `scale='if(gt(iw,ih),min(${maxSide},iw),-2)':'if(gt(iw,ih),-2,min(${maxSide},ih))'`
  const program = startProgram(
    'ffmpeg',
    [
      ...[...quiet, '-threads', '1', '-max_pixels', String(defaultMaxVideoPixels), ...input],
      ...['-map', '0:V:0', '-an', '-sn', '-dn', '-filter_threads', '1', '-vf', `fps=${fps},${scale},setsar=1`],
      ...['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-threads', '1', '-q:v', '4', '-f', 'mpjpeg', 'pipe:1'],
    ],
    {
      signal: AbortSignal.any([signal, silence.signal]),
      failure: 'the stream cannot be read',
      ...(source.kind === 'rtsp' ? { secret: source.url } : {}),
    },
  )
  program.stdin.end()
  const watchdog = setTimeout(() => silence.abort(), patience)
  try {
    for await (const picture of parts(program.stdout)) {
      watchdog.refresh()
      yield picture
      watchdog.refresh()
    }
    await program.ended
    throw new AppError('unavailable', 'the stream ended')
  } catch (error) {
    signal.throwIfAborted()
    throw asBroken(error, silence.signal.aborted ? patience : undefined)
  } finally {
    clearTimeout(watchdog)
    program.kill()
  }
}

function asBroken(error: unknown, silent: number | undefined): unknown {
  if (silent !== undefined) {
    return new AppError('unavailable', `the stream has shown nothing for ${silent / 1000} s`, {
      hint: 'Look whether the camera is on and can be reached from the machine of the worker.',
    })
  }
  if (!(error instanceof AppError) || error.code !== 'invalid-input') return error
  return new AppError('unavailable', error.message, {
    hint: 'Check address, user and password, and whether the camera can be reached from the machine of the worker.',
    cause: error,
  })
}

/** Longest head of a part; ffmpeg writes less than a hundred bytes. */
const longestHead = 1000

/** The bodies of a multipart stream as ffmpeg's `mpjpeg` writes it: each part says its length. */
async function* parts(stream: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0)
  let pieces: Buffer[] = []
  let missing = 0
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      if (missing > 0) {
        const piece = rest.subarray(0, missing)
        pieces.push(piece)
        missing -= piece.length
        rest = rest.subarray(piece.length)
        if (missing > 0) break
        yield new Uint8Array(Buffer.concat(pieces))
        pieces = []
      }
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) {
        if (rest.length > longestHead) throw new AppError('internal', 'ffmpeg wrote no multipart stream')
        break
      }
      missing = Number(/content-length: *(\d+)/i.exec(rest.toString('latin1', 0, end))?.[1])
      if (!(missing > 0)) throw new AppError('internal', 'ffmpeg wrote a part without a length')
      rest = rest.subarray(end + 4)
    }
  }
}
