import { type Program, startProgram } from '../video/program.ts'
import { quiet } from '../video/read-frames.ts'
import { damagedHint, guardedSound, noSound } from './inspect-audio.ts'
import { phaseCount, startResampler } from './resample-audio.ts'
import { readWav, readWavLayout, type WavLayout } from './wav-file.ts'

export interface AudioReading {
  /** Samples a second that are wanted. */
  sampleRate: number
  signal?: AbortSignal
}

/** Rates of so many positions between two samples are left to ffmpeg: a filter is kept for each. */
const mostPhases = 640

/**
 * The sound of a file or a video as samples from -1 to 1, mean of all channels, block by block: the next is decoded while
 * this one is heard, and no more. Plain WAV needs no ffmpeg. Leaving the loop ends it.
 * @throws AppError `unsupported-media` (no sound), `invalid-input` (damaged, or no sound track), `unavailable` (no ffmpeg),
 * `cancelled` after an abort.
 */
export async function* readAudio(path: string, reading: AudioReading): AsyncGenerator<Float32Array, void, undefined> {
  const wav = await readWavLayout(path)
  const isPlain = wav !== undefined && phaseCount(wav.sampleRate, reading.sampleRate) <= mostPhases
  let samples = 0
  for await (const block of isPlain ? plainBlocks(path, wav, reading) : decodedBlocks(path, reading)) {
    reading.signal?.throwIfAborted()
    if (block.length === 0) continue
    samples += block.length
    yield kept(block)
  }
  if (samples === 0) throw noSound()
}

/** Files of floating point numbers hold what they like: no sound is louder than 1, and none is no number. */
function kept(block: Float32Array): Float32Array {
  for (let at = 0; at < block.length; at++) {
    const sample = block[at] ?? 0
    if (!(sample >= -1 && sample <= 1)) block[at] = Number.isNaN(sample) ? 0 : Math.sign(sample)
  }
  return block
}

async function* plainBlocks(path: string, wav: WavLayout, { sampleRate }: AudioReading) {
  if (wav.sampleRate === sampleRate) return yield* readWav(path, wav)
  const resampler = startResampler(wav.sampleRate, sampleRate)
  for await (const block of readWav(path, wav)) yield resampler.write(kept(block))
  yield resampler.end()
}

async function* decodedBlocks(path: string, { sampleRate, signal }: AudioReading) {
  const input = await guardedSound(path)
  const output = ['-map', '0:a:0', '-vn', '-sn', '-dn', '-ac', '1', '-ar', String(sampleRate), '-f', 'f32le', 'pipe:1']
  const program = startProgram('ffmpeg', [...quiet, '-threads', '1', ...input, ...output], {
    signal,
    failure: 'the sound cannot be read',
    hint: damagedHint,
  })
  program.stdin.end()
  yield* floats(program)
}

/** A program's output as numbers. Ends the program when the loop is left. @throws what ended it. */
async function* floats(program: Program): AsyncGenerator<Float32Array, void, undefined> {
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of program.stdout as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      const whole = bytes.length - (bytes.length % 4)
      rest = bytes.subarray(whole)
      // A copy: where a chunk lies in memory is not always a multiple of four.
      yield new Float32Array(new Uint8Array(bytes.subarray(0, whole)).buffer)
    }
    await program.ended
  } finally {
    program.kill()
  }
}
