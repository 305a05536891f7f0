import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ffmpeg, ffmpegMissing } from '@hearth/testing/ffmpeg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  findVideoFormat,
  inspectPicture,
  inspectVideo,
  type Picture,
  readFrames,
  videoThumbnail,
  withVideoFolder,
  writeVideo,
} from '../index.ts'

let folder: string
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-media-video-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function collect(path: string, options: Parameters<typeof readFrames>[1] = {}) {
  const frames = []
  for await (const frame of readFrames(path, options)) frames.push(frame)
  return frames
}

const programs = promisify(execFile)
/** Processes of ffmpeg that this process has started and that still run. */
async function running(): Promise<number> {
  const { stdout } = await programs('ps', ['--ppid', String(process.pid), '-o', 'comm='])
  return stdout.split('\n').filter(line => line.startsWith('ffmpeg')).length
}

/** Left half red, right half blue, with a white bar that moves down. */
async function* halves(width: number, height: number, count: number): AsyncGenerator<Picture> {
  for (let frame = 0; frame < count; frame++) {
    const data = new Uint8Array(width * height * 3)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const white = Math.abs(y - (height * frame) / count) < 4
        data.set(white ? [255, 255, 255] : x < width / 2 ? [220, 20, 20] : [20, 20, 220], (y * width + x) * 3)
      }
    }
    yield { width, height, channels: 3, data }
  }
}

const pixel = ({ data, width }: Picture, x: number, y: number) =>
  data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)
function expectColour(picture: Picture, x: number, y: number, wanted: number[]) {
  for (const [channel, value] of pixel(picture, x, y).entries()) {
    expect(Math.abs(value - (wanted[channel] ?? 0)), `${x}, ${y}: ${pixel(picture, x, y)}`).toBeLessThan(25)
  }
}

describe('the first bytes of a video', () => {
  const bytes = (text: string) => Buffer.from(text, 'latin1')

  it.each<[string, string | undefined, string]>([
    ['MP4', 'mp4', '\0\0\0\x20ftypisom\0\0\x02\0'],
    ['QuickTime', 'mov', '\0\0\0\x14ftypqt  '],
    ['old QuickTime', 'mov', '\0\0\0\x08wide\0\0\0\0mdat'],
    ['WebM', 'webm', '\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm'],
    ['Matroska', 'mkv', '\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82\x88matroska'],
    ['AVI', 'avi', 'RIFF\0\0\0\0AVI LIST'],
    ['AVIF', undefined, '\0\0\0\x20ftypavif'],
    ['HEIC', undefined, '\0\0\0\x20ftypheic'],
    ['sound', undefined, '\0\0\0\x20ftypM4A '],
    ['WAV', undefined, 'RIFF\0\0\0\0WAVE'],
    ['a playlist', undefined, '#EXTM3U\nhttp://127.0.0.1/'],
    ['a list of files', undefined, 'ffconcat version 1.0\nfile /etc/passwd'],
    ['nothing', undefined, ''],
  ])('%s', (_, format, text) => {
    expect(findVideoFormat(bytes(text))).toBe(format)
  })
})

describe('a machine without ffmpeg', () => {
  it('is told how to get it', async () => {
    await writeFile(at('head.mp4'), Buffer.from('\0\0\0\x20ftypisom\0\0\x02\0', 'latin1'))
    const before = process.env.HEARTH_FFMPEG
    process.env.HEARTH_FFMPEG = '/nowhere/ffmpeg'
    try {
      await expect(inspectVideo(at('head.mp4'))).rejects.toMatchObject({
        code: 'unavailable',
        message: 'ffmpeg is not installed on this machine',
        hint: expect.stringContaining('apt install ffmpeg'),
      })
    } finally {
      if (before === undefined) delete process.env.HEARTH_FFMPEG
      else process.env.HEARTH_FFMPEG = before
    }
  })
})

describe.skipIf(ffmpegMissing !== undefined)('a video', () => {
  beforeAll(async () => {
    await writeVideo(at('halves.mp4'), { width: 160, height: 90, fps: 10 }, halves(160, 90, 20))
    const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2', '-c:a', 'aac', '-shortest']
    await ffmpeg('-i', at('halves.mp4'), ...sound, '-c:v', 'copy', at('sound.mp4'))
    await ffmpeg('-display_rotation', '90', '-i', at('halves.mp4'), '-c', 'copy', at('turned.mp4')).catch(() =>
      ffmpeg('-i', at('halves.mp4'), '-c', 'copy', '-metadata:s:v:0', 'rotate=270', at('turned.mp4')),
    )
  })

  it('is written so that browsers play it, and read again with the same pictures', async () => {
    const info = await inspectVideo(at('halves.mp4'))
    expect(info).toEqual({
      format: 'mp4',
      mime: 'video/mp4',
      width: 160,
      height: 90,
      duration: 2,
      fps: 10,
      frames: 20,
      codec: 'h264',
      audio: null,
    })
    const bytes = await readFile(at('halves.mp4'))
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'))
    const frames = await collect(at('halves.mp4'))
    expect(frames.map(({ time }) => time)).toEqual(Array.from({ length: 20 }, (_, i) => i / 10))
    for (const { picture } of frames.slice(5)) {
      expectColour(picture, 40, 1, [220, 20, 20])
      expectColour(picture, 120, 1, [20, 20, 220])
    }
    expectColour(frames[10]?.picture ?? expect.fail(), 40, 45, [255, 255, 255])
  })

  it('is read at the rate and size asked for, never more', async () => {
    const few = await collect(at('halves.mp4'), { fps: 2, maxSide: 80 })
    expect(few.map(({ time }) => time)).toEqual([0, 0.5, 1, 1.5])
    expect(few[0]?.picture).toMatchObject({ width: 80, height: 45, channels: 3 })
    expect(await collect(at('halves.mp4'), { fps: 60, maxSide: 4000 })).toHaveLength(20)
  })

  it('stands upright', async () => {
    expect(await inspectVideo(at('turned.mp4'))).toMatchObject({ width: 90, height: 160 })
    const [, frame] = await collect(at('turned.mp4'))
    expect(frame?.picture).toMatchObject({ width: 90, height: 160 })
    // A quarter turn: what was beside each other stands above each other.
    const top = pixel(frame?.picture ?? expect.fail(), 80, 20)
    const bottom = pixel(frame?.picture ?? expect.fail(), 80, 140)
    expect((top[0] ?? 0) > 180).toBe((bottom[2] ?? 0) > 180)
    expect([...top]).not.toEqual([...bottom])
  })

  it('has square pixels', async () => {
    await ffmpeg('-i', at('halves.mp4'), '-vf', 'setsar=2/1', '-c:v', 'libx264', at('wide.mp4'))
    expect(await inspectVideo(at('wide.mp4'))).toMatchObject({ width: 320, height: 90 })
    expect((await collect(at('wide.mp4'), { fps: 1 }))[0]?.picture).toMatchObject({ width: 320, height: 90 })
  })

  it('may be WebM, MKV, MOV or AVI', async () => {
    for (const [name, codec] of [
      ['a.webm', 'libvpx'],
      ['a.mkv', 'libx264'],
      ['a.mov', 'libx264'],
      ['a.avi', 'mpeg4'],
    ] as const) {
      await ffmpeg('-i', at('halves.mp4'), '-c:v', codec, at(name))
      expect(await inspectVideo(at(name)), name).toMatchObject({ format: name.slice(2), width: 160, height: 90 })
      expect((await collect(at(name), { fps: 5 })).length, name).toBe(10)
    }
  })

  it('takes the sound of another along, where there is one', async () => {
    const size = { width: 161, height: 91, fps: 10 }
    await writeVideo(at('with.mp4'), { ...size, audioFrom: at('sound.mp4') }, halves(161, 91, 20))
    expect(await inspectVideo(at('with.mp4'))).toMatchObject({ audio: 'aac', width: 162, height: 92 })
    await writeVideo(at('without.mp4'), { ...size, audioFrom: at('halves.mp4') }, halves(161, 91, 20))
    expect(await inspectVideo(at('without.mp4'))).toMatchObject({ audio: null })
  })

  it('has a small picture', async () => {
    const info = await inspectPicture(await videoThumbnail(at('halves.mp4'), 64))
    expect(info).toMatchObject({ format: 'jpeg', width: 64, height: 36 })
  })

  it('is refused when it is too large or too long, before a picture is decoded', async () => {
    await expect(inspectVideo(at('halves.mp4'), { maxPixels: 10_000 })).rejects.toMatchObject({ code: 'too-large' })
    await expect(inspectVideo(at('halves.mp4'), { maxSeconds: 1 })).rejects.toMatchObject({ code: 'too-large' })
    await expect(collect(at('halves.mp4'), { maxPixels: 10_000 })).rejects.toMatchObject({ code: 'too-large' })
  })

  it('is refused with the reason when it is damaged, sound only or something else', async () => {
    await writeFile(at('cut.mp4'), (await readFile(at('halves.mp4'))).subarray(0, 600))
    const cut = inspectVideo(at('cut.mp4'))
    await expect(cut).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('damaged') })
    await ffmpeg('-i', at('sound.mp4'), '-vn', '-c:a', 'copy', at('only-sound.mp4'))
    await expect(inspectVideo(at('only-sound.mp4'))).rejects.toThrow('no moving picture')
    await writeFile(at('text.mp4'), 'hello')
    await expect(inspectVideo(at('text.mp4'))).rejects.toMatchObject({ code: 'unsupported-media' })
  })

  it('ends ffmpeg when the loop is left', async () => {
    for await (const _ of readFrames(at('halves.mp4'))) break
    await expect.poll(running).toBe(0)
  })

  it('waits with decoding while nobody takes frames, and ends on an abort', async () => {
    await ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=640x360:rate=25:duration=60',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      at('long.mp4'),
    )
    const controller = new AbortController()
    const frames = readFrames(at('long.mp4'), { signal: controller.signal })
    await frames.next()
    expect(await running()).toBe(1)
    const before = process.memoryUsage().rss
    await expect.poll(running, { timeout: 500 }).toBe(1)
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6)
    controller.abort()
    await expect(
      (async () => {
        while (!(await frames.next()).done);
      })(),
    ).rejects.toMatchObject({ code: 'cancelled' })
    await expect.poll(running).toBe(0)
  })

  it('is removed when its pictures do not come to an end', async () => {
    async function* broken() {
      yield* halves(160, 90, 3)
      throw new Error('the model broke')
    }
    const written = writeVideo(at('broken.mp4'), { width: 160, height: 90, fps: 10 }, broken())
    await expect(written).rejects.toThrow('the model broke')
    expect(existsSync(at('broken.mp4'))).toBe(false)
    const nowhere = writeVideo(at('no/such/x.mp4'), { width: 160, height: 90, fps: 10 }, halves(160, 90, 400))
    await expect(nowhere).rejects.toThrow(/cannot be written.*No such file/)
  })

  it('cannot make ffmpeg fetch addresses or read other files', async () => {
    let asked = 0
    const server = createServer((_, response) => {
      asked += 1
      response.end()
    }).listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const playlists = {
      'list.mp4': `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:${port}/x.ts\n#EXT-X-ENDLIST\n`,
      'concat.mp4': `ffconcat version 1.0\nfile http://127.0.0.1:${port}/x.mp4\n`,
      // Looks like a video to the sniffer, and like a playlist further on.
      'both.avi': `RIFF\0\0\0\0AVI #EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:${port}/x.ts\n`,
    }
    for (const [name, text] of Object.entries(playlists)) {
      await writeFile(at(name), Buffer.from(text, 'latin1'))
      await expect(collect(at(name)), name).rejects.toMatchObject({ name: 'AppError' })
    }
    expect(asked).toBe(0)
    server.close()
  })
})

it('clears away what killed processes left', async () => {
  const left = join(tmpdir(), 'hearth-video-999999999-abc')
  await mkdir(left, { recursive: true })
  const inside = await withVideoFolder(async own => {
    await copyFile(import.meta.filename, join(own, 'x'))
    return own
  })
  expect(existsSync(left)).toBe(false)
  expect(existsSync(inside)).toBe(false)
  expect((await readdir(tmpdir())).includes('hearth-video-999999999-abc')).toBe(false)
})
