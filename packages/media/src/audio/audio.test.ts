import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ffmpegMissing } from '@hearth/testing/ffmpeg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type AudioFormat, encodeAudio, resampleAudio } from '../index.ts'

const run = promisify(execFile)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-media-audio-'))
})
afterAll(() => rm(folder, { recursive: true }))

const rate = 22_050
const sine = (seconds: number, hertz: number, at = rate) =>
  Float32Array.from({ length: Math.round(seconds * at) }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hertz * n) / at))

async function encode(format: AudioFormat, pieces: readonly Float32Array[]) {
  const heard: Uint8Array[] = []
  const encoder = encodeAudio({ format, sampleRate: rate, heard: bytes => void heard.push(bytes) })
  for (const piece of pieces) await encoder.write(piece)
  return { file: Buffer.from(await encoder.end()), heard: Buffer.concat(heard) }
}

/** What ffprobe sees, and the sound as ffmpeg decodes it. */
async function decode(name: string, file: Uint8Array) {
  const path = join(folder, name)
  await writeFile(path, file)
  const entries = ['-show_entries', 'stream=codec_name,sample_rate,channels,duration', '-of', 'json']
  const seen = await run('ffprobe', ['-v', 'error', ...entries, path])
  const decoded = ['-v', 'error', '-i', path, '-f', 'f32le', '-ac', '1', '-ar', String(rate), 'pipe:1']
  const { stdout } = await run('ffmpeg', decoded, { encoding: 'buffer', maxBuffer: 2 ** 26 })
  const samples = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length))
  return { stream: JSON.parse(seen.stdout).streams[0], samples }
}

/** How loud a tone is in a sound: 0.5 for `sine`. */
function loudness(samples: Float32Array, hertz: number, at = rate): number {
  let [real, imaginary] = [0, 0]
  for (const [n, sample] of samples.entries()) {
    real += sample * Math.cos((2 * Math.PI * hertz * n) / at)
    imaginary += sample * Math.sin((2 * Math.PI * hertz * n) / at)
  }
  return (2 * Math.hypot(real, imaginary)) / samples.length
}

describe('sound as a file', () => {
  const pieces = [sine(1, 440), sine(0.5, 440)]

  it('is WAV and PCM without ffmpeg', async () => {
    vi.stubEnv('HEARTH_FFMPEG', join(folder, 'nowhere'))
    const [wav, pcm] = [await encode('wav', pieces), await encode('pcm', pieces)]
    vi.unstubAllEnvs()
    const samples = 1.5 * rate
    expect(pcm.file).toHaveLength(2 * samples)
    expect(pcm.heard).toEqual(pcm.file)
    expect(wav.file.readUInt32LE(4)).toBe(wav.file.length - 8)
    expect(wav.file.readUInt32LE(40)).toBe(2 * samples)
    expect(wav.file.subarray(44)).toEqual(pcm.file)
    expect(wav.heard.readUInt32LE(4)).toBe(0xffff_ffff)
    expect(wav.heard.subarray(44)).toEqual(pcm.file)
  })

  it('says what to do where ffmpeg is missing', async () => {
    vi.stubEnv('HEARTH_FFMPEG', join(folder, 'nowhere'))
    const hint = expect.stringContaining('HEARTH_FFMPEG')
    await expect(encode('mp3', pieces)).rejects.toMatchObject({ code: 'unavailable', hint })
    vi.unstubAllEnvs()
  })

  const codecs = { wav: 'pcm_s16le', mp3: 'mp3', opus: 'opus', aac: 'aac', flac: 'flac' } as const
  for (const [format, codec] of Object.entries(codecs) as [keyof typeof codecs, string][]) {
    it.skipIf(ffmpegMissing)(`is ${format} that others decode, the same each time`, async () => {
      const { file, heard } = await encode(format, pieces)
      const { stream, samples } = await decode(`tone.${format === 'opus' ? 'ogg' : format}`, file)
      expect(stream).toMatchObject({ codec_name: codec, channels: 1 })
      // Codecs add silence at the ends to fill their frames.
      expect(samples.length).toBeGreaterThanOrEqual(1.5 * rate - 1)
      expect(samples.length).toBeLessThan(1.6 * rate)
      const middle = samples.subarray(0.2 * rate, 1.4 * rate)
      expect(loudness(middle, 440)).toBeCloseTo(0.5, 1)
      expect(loudness(middle, 1000)).toBeLessThan(0.01)
      // Raw AAC tells no length.
      if (format !== 'aac') expect(Math.abs(Number(stream.duration) - 1.5)).toBeLessThan(0.1)
      expect((await encode(format, pieces)).file).toEqual(file)
      expect(heard).toHaveLength(file.length)
    })
  }

  it.skipIf(ffmpegMissing)('can be given up', async () => {
    const encoder = encodeAudio({ format: 'mp3', sampleRate: rate })
    await encoder.write(sine(1, 440))
    await encoder.abandon()
    await expect(encoder.end()).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('sound at another rate', () => {
  for (const to of [8000, 16_000, 24_000, 44_100, 48_000]) {
    it(`keeps a tone at ${to}`, () => {
      const samples = resampleAudio(sine(1, 1000), rate, to)
      expect(samples).toHaveLength(to)
      const [middle, wanted] = [samples.subarray(500, -500), sine(1, 1000, to).subarray(500, -500)]
      const apart = Math.max(...middle.map((sample, n) => Math.abs(sample - (wanted[n] ?? 0))))
      expect(apart).toBeLessThan(0.002)
    })
  }

  it('takes away what the lower rate cannot hold', () => {
    const samples = resampleAudio(sine(1, 9000), rate, 8000).subarray(200, -200)
    expect(Math.max(...samples.map(Math.abs))).toBeLessThan(0.001)
  })
})
