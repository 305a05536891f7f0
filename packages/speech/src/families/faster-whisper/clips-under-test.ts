import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execute } from '@hearth/contract'
import { fakeContext } from '@hearth/testing'
import { task } from '../../synthesise-speech/spec.ts'
import { load } from '../piper/load.ts'
import { starterVoice } from '../piper/starter-under-test.ts'

const run = promisify(execFile)

/** Each text as a WAV file, in the starter's voice. */
export async function spoken(texts: readonly string[]): Promise<Uint8Array[]> {
  const voice = await load(await starterVoice(), { device: 'cpu', deviceIndex: 0, threads: 2 })
  const clips: Uint8Array[] = []
  for (const text of texts) {
    const context = fakeContext()
    await execute(voice, task, { text }, context)
    clips.push(...context.files.map(({ bytes }) => bytes))
  }
  return clips
}

/** A WAV file of silence. */
export const silentWave = (seconds: number): Uint8Array => wave(Buffer.alloc(2 * 16_000 * seconds), 16_000)

/** WAV files of one rate after each other, a second and a half apart. */
export function inTurn(clips: readonly Uint8Array[]): Uint8Array {
  const [first] = clips
  if (!first) throw new Error('expected a clip')
  const rate = Buffer.from(first).readUInt32LE(24)
  const pause = Buffer.alloc(2 * Math.round(1.5 * rate))
  return wave(Buffer.concat(clips.flatMap(clip => [Buffer.from(clip).subarray(44), pause])), rate)
}

/** 16-bit mono samples as a WAV file. */
function wave(samples: Buffer, rate: number): Uint8Array {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  for (const [at, value] of [1, 1].entries()) head.writeUInt16LE(value, 20 + 2 * at)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(2 * rate, 28)
  for (const [at, value] of [2, 16].entries()) head.writeUInt16LE(value, 32 + 2 * at)
  head.write('data', 36)
  head.writeUInt32LE(samples.length, 40)
  return Buffer.concat([head, samples])
}

const film = ['-f', 'lavfi', '-i', 'color=size=64x64:rate=5:duration=2']
const kinds = {
  mp3: ['-f', 'mp3'],
  ogg: ['-c:a', 'libopus', '-f', 'ogg'],
  m4a: ['-c:a', 'aac', '-f', 'ipod'],
  webm: ['-c:a', 'libopus', '-f', 'webm'],
  mp4: [...film, '-c:a', 'aac', '-c:v', 'mpeg4', '-f', 'mp4'],
  'silent film': [...film, '-map', '1:v', '-c:v', 'mpeg4', '-f', 'mp4'],
}

/** The same sound in another container, or in none. */
export async function encoded(wave: Uint8Array, kind: keyof typeof kinds): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-clip-'))
  try {
    const [from, to] = [join(folder, 'from.wav'), join(folder, 'to')]
    await writeFile(from, wave)
    await run('ffmpeg', ['-v', 'error', '-i', from, ...kinds[kind], to])
    return await readFile(to)
  } finally {
    await rm(folder, { recursive: true })
  }
}
