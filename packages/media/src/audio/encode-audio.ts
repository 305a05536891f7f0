import { AppError } from '@hearth/contract'
import { type Program, startProgram } from '../video/program.ts'
import { pcm16, wavHeader } from './wav.ts'

export type AudioFormat = 'wav' | 'pcm' | 'mp3' | 'opus' | 'aac' | 'flac'

/** Sound of one channel on its way to a file. */
export interface AudioEncoder {
  /** Samples from -1 to 1. Resolves when more may come. */
  write(samples: Float32Array): Promise<void>
  /** The whole file. */
  end(): Promise<Uint8Array>
  /** Gives up; nothing is left running. */
  abandon(): Promise<void>
}

export interface AudioEncoding {
  format: AudioFormat
  sampleRate: number
  signal?: AbortSignal
  /**
   * Hears the bytes of the file as they are made, in order. In WAV and FLAC, whose heads tell the length, these have a
   * head that leaves it open.
   */
  heard?(bytes: Uint8Array): void
}

/** Without what differs from run to run, and each packet handed on at once. */
const steady = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact', '-flush_packets', '1']

const codecs: Record<Exclude<AudioFormat, 'wav' | 'pcm'>, readonly string[]> = {
  mp3: ['-c:a', 'libmp3lame', '-b:a', '96k', '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3'],
  opus: ['-c:a', 'libopus', '-b:a', '48k', '-ar', '48000', '-f', 'ogg'],
  aac: ['-c:a', 'aac', '-b:a', '96k', '-f', 'adts'],
  flac: ['-c:a', 'flac', '-f', 'flac'],
}

/** @throws AppError where ffmpeg, which makes all but WAV and PCM, is missing: on the first `write` or at the `end`. */
export function encodeAudio(encoding: AudioEncoding): AudioEncoder {
  const { format } = encoding
  return format === 'wav' || format === 'pcm' ? plainEncoder(encoding) : programEncoder(format, encoding)
}

function plainEncoder({ format, sampleRate, heard }: AudioEncoding): AudioEncoder {
  const pieces: Uint8Array[] = []
  let data = 0
  const head = (length: number) => (format === 'wav' ? wavHeader(sampleRate, length) : new Uint8Array())
  /** The largest size that a head can tell, less what comes before the data. */
  const open = 0xffff_ffff - 36
  return {
    async write(samples) {
      if (pieces.length === 0 && format === 'wav') heard?.(head(open))
      const bytes = pcm16(samples)
      data += bytes.length
      pieces.push(bytes)
      heard?.(bytes)
    },
    end: async () => Buffer.concat([head(data), ...pieces]),
    abandon: async () => undefined,
  }
}

function programEncoder(format: keyof typeof codecs, { sampleRate, signal, heard }: AudioEncoding): AudioEncoder {
  const input = ['-f', 's16le', '-ar', String(sampleRate), '-ac', '1', '-i', 'pipe:0']
  const args = ['-hide_banner', '-loglevel', 'error', ...input, '-threads', '1', ...steady, ...codecs[format], 'pipe:1']
  const program = startProgram('ffmpeg', args, { signal, failure: `the sound cannot be written as ${format}` })
  const pieces: Uint8Array[] = []
  let samplesWritten = 0
  program.stdout.on('data', (bytes: Buffer) => {
    pieces.push(bytes)
    heard?.(bytes)
  })
  return {
    async write(samples) {
      samplesWritten += samples.length
      if (program.stdin.write(pcm16(samples))) return
      await Promise.race([drained(program), wellEnded(program, format)])
    },
    async end() {
      program.stdin.end()
      await wellEnded(program, format)
      const file = Buffer.concat(pieces)
      if (format === 'flac') tellLength(file, samplesWritten)
      return file
    },
    async abandon() {
      program.kill()
      await program.ended.catch(() => undefined)
    },
  }
}

/** What goes wrong here is not the client's fault, as it is where a file is read. */
async function wellEnded({ ended }: Program, format: string): Promise<void> {
  try {
    await ended
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'invalid-input') throw thrown
    throw new AppError('unavailable', thrown.message, {
      hint: `This ffmpeg may have been built without ${format}; ask for wav or pcm, which need none.`,
      retryable: false,
      cause: thrown,
    })
  }
}

function drained({ stdin }: Program): Promise<void> {
  return new Promise(resolve => void stdin.once('drain', resolve))
}

/** Puts the number of samples into a FLAC file's head: ffmpeg cannot go back to it in a stream. It has 36 bits there. */
function tellLength(file: Buffer, samples: number): void {
  const at = 21
  if (file.length < at + 5 || file.subarray(0, 4).toString('latin1') !== 'fLaC') return
  file[at] = ((file[at] ?? 0) & 0xf0) | Math.floor(samples / 2 ** 32)
  file.writeUInt32BE(samples % 2 ** 32, at + 1)
}
