import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ffmpegMissing } from '@hearth/testing/ffmpeg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { findAudioFormat, inspectAudio, readAudio, resampleAudio, startResampler } from '../index.ts'

const run = promisify(execFile)
let folder: string
const at = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-read-audio-'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())
const withoutFfmpeg = () => vi.stubEnv('HEARTH_FFMPEG', at('nowhere'))

const tone = (seconds: number, hertz: number, rate: number) =>
  Float32Array.from({ length: Math.round(seconds * rate) }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hertz * n) / rate))

interface Wav {
  kind?: number
  bits?: number
  rate?: number
  /** Samples, channel by channel in each frame. */
  data: Uint8Array
  channels?: number
  /** What the header says instead of the truth. */
  said?: { data?: number; block?: number; riff?: number }
  before?: Uint8Array
}

function wav({ kind = 1, bits = 16, rate = 16_000, data, channels = 1, said = {}, before = Buffer.alloc(0) }: Wav) {
  const head = Buffer.alloc(36)
  head.write('RIFF')
  head.writeUInt32LE(said.riff ?? 36 + data.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(kind, 20)
  head.writeUInt16LE(channels, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE((rate * channels * bits) / 8, 28)
  head.writeUInt16LE(said.block ?? (channels * bits) / 8, 32)
  head.writeUInt16LE(bits, 34)
  const start = Buffer.from('data\0\0\0\0', 'latin1')
  start.writeUInt32LE(said.data ?? data.length, 4)
  return Buffer.concat([head, before, start, data])
}

const int16 = (samples: Float32Array) => new Uint8Array(Int16Array.from(samples, s => Math.round(s * 32_767)).buffer)
const float32 = (...samples: number[]) => new Uint8Array(Float32Array.from(samples).buffer)

async function collect(path: string, sampleRate = 16_000) {
  const blocks: Float32Array[] = []
  for await (const block of readAudio(path, { sampleRate })) blocks.push(block)
  return Float32Array.from(blocks.flatMap(block => [...block]))
}

async function kept(name: string, bytes: Uint8Array) {
  await writeFile(at(name), bytes)
  return at(name)
}

const furthest = (one: Float32Array, two: Float32Array) =>
  one.reduce((most, sample, n) => Math.max(most, Math.abs(sample - (two[n] ?? Number.NaN))), 0)

describe('plain WAV, on a machine without ffmpeg', () => {
  const samples = [0, 0.5, -0.5, -1]
  const bytes: Record<string, [kind: number, bits: number, data: Uint8Array]> = {
    '8 bits': [1, 8, Uint8Array.of(128, 192, 64, 0)],
    '16 bits': [1, 16, new Uint8Array(Int16Array.of(0, 16_384, -16_384, -32_768).buffer)],
    '24 bits': [1, 24, Uint8Array.of(0, 0, 0, 0, 0, 64, 0, 0, 192, 0, 0, 128)],
    '32 bits': [1, 32, new Uint8Array(Int32Array.of(0, 2 ** 30, -(2 ** 30), -(2 ** 31)).buffer)],
    'floating point': [3, 32, float32(...samples)],
    'double floating point': [3, 64, new Uint8Array(Float64Array.from(samples).buffer)],
  }
  for (const [name, [kind, bits, data]] of Object.entries(bytes)) {
    it(`of ${name}`, async () => {
      withoutFfmpeg()
      const path = await kept('plain.wav', wav({ kind, bits, data }))
      expect([...(await collect(path))]).toEqual(samples)
      const said = { seconds: 4 / 16_000, sampleRate: 16_000, channels: 1, mime: 'audio/wav' }
      expect(await inspectAudio(path)).toMatchObject(said)
    })
  }

  it('of two channels, at another rate, longer than a block', async () => {
    withoutFfmpeg()
    const [left, right] = [tone(3, 300, 44_100), tone(3, 500, 44_100)]
    const both = Float32Array.from({ length: 2 * left.length }, (_, n) => (n % 2 ? right : left)[n >> 1] ?? 0)
    const path = await kept('stereo.wav', wav({ rate: 44_100, channels: 2, data: int16(both) }))
    const heard = await collect(path)
    const [low, high] = [tone(3, 300, 16_000), tone(3, 500, 16_000)]
    const wanted = low.map((sample, n) => (sample + (high[n] ?? 0)) / 2)
    expect(heard).toHaveLength(48_000)
    expect(furthest(heard.subarray(100, -100), wanted.subarray(100, -100))).toBeLessThan(0.002)
  })

  it('whose header lies: what is there is read', async () => {
    withoutFfmpeg()
    const data = int16(tone(0.1, 300, 16_000))
    const list = Buffer.from('LIST\x05\0\0\0abcde\0', 'latin1')
    for (const said of [{ data: 0xffff_ffff }, { data: 0 }, { data: 2 ** 31 }, { riff: 0 }, { riff: 0xffff_ffff }]) {
      expect(await collect(await kept('lying.wav', wav({ data, said, before: list })))).toHaveLength(1600)
    }
    expect(await collect(await kept('odd.wav', wav({ data: data.subarray(0, 1001) })))).toHaveLength(500)
  })

  it('of numbers that are no sound', async () => {
    const path = await kept('wild.wav', wav({ kind: 3, bits: 32, data: float32(Number.NaN, 1 / 0, -7, 0.25) }))
    expect([...(await collect(path))]).toEqual([0, 1, -1, 0.25])
  })

  it('without a sample is refused', async () => {
    const path = await kept('empty.wav', wav({ data: new Uint8Array() }))
    await expect(collect(path)).rejects.toMatchObject({ code: 'invalid-input', hint: expect.stringContaining('WAV') })
  })

  it('says what to do about all other sound', async () => {
    withoutFfmpeg()
    const hint = expect.stringContaining('HEARTH_FFMPEG')
    for (const bytes of [
      Buffer.from('fLaC'),
      wav({ kind: 2, bits: 4, data: new Uint8Array(8), said: { block: 36 } }),
    ]) {
      await expect(collect(await kept('other', bytes))).rejects.toMatchObject({ code: 'unavailable', hint })
    }
  })
})

it('is resampled the same wherever its blocks are cut', () => {
  for (const [from, to] of [
    [44_100, 16_000],
    [8000, 16_000],
    [22_050, 16_000],
    [16_000, 48_000],
  ] as const) {
    const samples = tone(0.3, 700, from)
    const whole = resampleAudio(samples, from, to)
    const resampler = startResampler(from, to)
    const pieces: number[] = []
    for (let start = 0, size = 1; start < samples.length; start += size, size = (size * 7) % 4001) {
      pieces.push(...resampler.write(samples.subarray(start, start + size)))
    }
    expect(Float32Array.from([...pieces, ...resampler.end()])).toEqual(whole)
    expect(whole).toHaveLength(Math.round(0.3 * to))
  }
})

describe.skipIf(ffmpegMissing !== undefined)('sound in other formats', () => {
  const picture = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10:duration=1']
  const formats: [name: string, mime: string, args: string[]][] = [
    ['tone.mp3', 'audio/mpeg', []],
    ['tone.ogg', 'audio/ogg', ['-c:a', 'libopus']],
    ['vorbis.ogg', 'audio/ogg', ['-c:a', 'libvorbis']],
    ['tone.flac', 'audio/flac', []],
    ['tone.aac', 'audio/aac', []],
    ['tone.m4a', 'audio/mp4', []],
    ['tone.mp4', 'audio/mp4', []],
    ['tone.webm', 'audio/webm', ['-c:a', 'libopus']],
    ['tone.mka', 'audio/x-matroska', ['-c:a', 'libopus']],
    ['tone.aiff', 'audio/aiff', []],
    ['tone.caf', 'audio/x-caf', []],
    ['tone.wma', 'audio/x-ms-wma', []],
    ['adpcm.wav', 'audio/wav', ['-c:a', 'adpcm_ms']],
    ['film.mp4', 'video/mp4', [...picture, '-c:a', 'aac']],
  ]
  let source: string
  beforeAll(async () => {
    source = await kept('source.wav', wav({ data: int16(tone(1, 440, 44_100)), rate: 44_100 }))
  })

  it.each(formats)('%s is told by its content and heard', async (name, mime, args) => {
    await run('ffmpeg', ['-v', 'error', '-y', '-i', source, ...args, at(name)])
    const path = await kept('no-ending', await readFile(at(name)))
    const info = await inspectAudio(path)
    expect(info).toMatchObject({ mime, channels: 1, width: name === 'film.mp4' ? 64 : null })
    const heard = await collect(path)
    // Codecs add silence at the ends to fill their frames.
    expect(Math.abs(heard.length - 16_000)).toBeLessThan(1600)
    const middle = heard.subarray(4000, 12_000)
    const loud = Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length)
    expect(loud).toBeCloseTo(0.5 / Math.SQRT2, 1)
  })

  it('behind a tag with a large picture', async () => {
    const size = 20_000
    const tag = Buffer.alloc(10 + size)
    tag.write('ID3\x04')
    tag.set([(size >> 14) & 127, (size >> 7) & 127, size & 127], 7)
    for (const [name, mime] of [
      ['tone.mp3', 'audio/mpeg'],
      ['tone.aac', 'audio/aac'],
      ['tone.flac', 'audio/flac'],
    ] as const) {
      const path = await kept('tagged', Buffer.concat([tag, await readFile(at(name))]))
      expect((await inspectAudio(path)).mime).toBe(mime)
      expect((await collect(path)).length).toBeGreaterThan(15_000)
    }
  })

  it('that is none, or none any more, is refused with the reason', async () => {
    await run('ffmpeg', ['-v', 'error', '-y', ...picture, at('silent.mp4')])
    const sound = expect.objectContaining({ code: 'invalid-input', hint: expect.stringMatching(/WAV/) })
    await expect(inspectAudio(at('silent.mp4'))).rejects.toEqual(sound)
    await expect(collect(at('silent.mp4'))).rejects.toEqual(sound)
    const cut = await kept('cut.m4a', (await readFile(at('tone.m4a'))).subarray(0, 3000))
    await expect(inspectAudio(cut)).rejects.toEqual(sound)
    await expect(collect(cut)).rejects.toEqual(sound)
    for (const text of ['', 'hello', '#EXTM3U\nhttp://127.0.0.1/', 'ffconcat version 1.0\nfile /etc/passwd']) {
      const path = await kept('no sound', Buffer.from(text))
      await expect(collect(path)).rejects.toMatchObject({ code: 'unsupported-media' })
    }
  })

  it('is given up on an abort, and decoded no further than it is heard', async () => {
    await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'sine=duration=1200', at('long.flac')])
    const controller = new AbortController()
    let samples = 0
    const listen = async () => {
      for await (const block of readAudio(at('long.flac'), { sampleRate: 16_000, signal: controller.signal })) {
        samples += block.length
        controller.abort()
      }
    }
    await expect(listen()).rejects.toThrow()
    expect(samples).toBeGreaterThan(0)
    expect(samples).toBeLessThan(60 * 16_000)
    for await (const _ of readAudio(at('long.flac'), { sampleRate: 16_000 })) break
    await vi.waitFor(async () => {
      const { stdout } = await run('ps', ['--ppid', String(process.pid), '-o', 'comm='])
      expect(stdout).not.toContain('ffmpeg')
    })
  })
})

describe('the first bytes of sound', () => {
  it.each<[string, string | undefined, string]>([
    ['WAV', 'wav', 'RIFF\0\0\0\0WAVEfmt '],
    ['large WAV', 'wav', 'RF64\xff\xff\xff\xffWAVEds64'],
    ['MP3', 'mp3', '\xff\xfb\x90\x64'],
    ['MP3 of a low rate', 'mp3', '\xff\xf3\x40\xc4'],
    ['MP3 with a tag', 'mp3', 'ID3\x03\0\0\0\0\x0f\x76TIT2'],
    ['AAC', 'aac', '\xff\xf1\x50\x80'],
    ['AMR', 'amr', '#!AMR\n\x3c'],
    ['AMR, wide', 'amr', '#!AMR-WB\n\x3c'],
    ['M4A', 'm4a', '\0\0\0\x20ftypM4A \0\0\0\0'],
    ['a telephone’s film', 'mp4', '\0\0\0\x20ftyp3gp4\0\0\0\0'],
    ['WebM', 'webm', '\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm'],
    ['AIFC', 'aiff', 'FORM\0\0\0\0AIFCFVER'],
    ['JPEG', undefined, '\xff\xd8\xff\xe0'],
    ['text in 16 bits', undefined, '\xff\xfeh\0i\0'],
    ['a picture of WebP', undefined, 'RIFF\0\0\0\0WEBPVP8 '],
    ['HEIC', undefined, '\0\0\0\x20ftypheic'],
    ['a playlist', undefined, '#EXTM3U\nhttp://127.0.0.1/'],
    ['nothing', undefined, ''],
  ])('%s', (_, format, head) => {
    expect(findAudioFormat(Buffer.from(head, 'latin1'))).toBe(format)
  })
})
