import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execute, type Model } from '@hearth/contract'
import { inspectVideo, type Picture, readFrames, writeVideo } from '@hearth/media'
import { type FakeContextOptions, fakeContext } from '@hearth/testing'
import { ffmpeg, ffmpegMissing } from '@hearth/testing/ffmpeg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FoundObject } from '../found-objects.ts'
import { type DetectFrame, detectInVideo } from './run.ts'
import { task } from './spec.ts'

const size = { width: 320, height: 180 }
const reference = 'upload:video0000'
let folder: string
let video: Uint8Array

/** Two squares that cross: a red one to the right, a green one to the left, 3 seconds at 20 frames. */
async function* squares(): AsyncGenerator<Picture> {
  for (let frame = 0; frame < 60; frame++) {
    const data = new Uint8Array(size.width * size.height * 3).fill(30)
    const paint = (left: number, top: number, channel: number) => {
      for (let y = top; y < top + 40; y++) {
        for (let x = left; x < left + 40; x++) {
          data.fill(0, (y * size.width + x) * 3, (y * size.width + x) * 3 + 3)
          data[(y * size.width + x) * 3 + channel] = 230
        }
      }
    }
    paint(260 - 4 * frame, 80, 1)
    paint(20 + 4 * frame, 70, 0)
    yield { ...size, channels: 3, data }
  }
}

/** Finds what is red and what is green. */
const detect: DetectFrame = async ({ data, width, height }) =>
  [0, 1].flatMap((channel): FoundObject[] => {
    let [x1, y1, x2, y2] = [width, height, 0, 0]
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * 3
        if ((data[at + channel] ?? 0) < 150 || (data[at + 1 - channel] ?? 0) > 100) continue
        ;[x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x + 1), Math.max(y2, y + 1)]
      }
    }
    return x2 > x1 ? [{ label: 'square', score: 0.9 - channel / 10, bbox: [x1, y1, x2, y2] }] : []
  })

function model(by: DetectFrame = detect): Model {
  return { tasks: { [task.id]: detectInVideo(by) }, dispose: async () => undefined }
}

async function run(input: object, by?: DetectFrame, options: FakeContextOptions = {}) {
  const context = fakeContext({ references: { [reference]: video }, ...options })
  const output = task.output.parse(await execute(model(by), task, { video: reference, ...input }, context))
  const file = context.files.find(({ name }) => name === output.timeline)
  return { context, output, timeline: JSON.parse(Buffer.from(file?.bytes ?? []).toString()) }
}

describe.skipIf(ffmpegMissing !== undefined)('detect-in-video', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-detect-'))
    await writeVideo(join(folder, 'silent.mp4'), { ...size, fps: 20 }, squares())
    const sound = ['-f', 'lavfi', '-i', 'sine=duration=3', '-c:a', 'aac']
    await ffmpeg('-i', join(folder, 'silent.mp4'), ...sound, '-c:v', 'copy', join(folder, 'squares.mp4'))
    video = await readFile(join(folder, 'squares.mp4'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('follows two things through their crossing', async () => {
    const { output, timeline } = await run({ fps: 10 })
    expect(output).toMatchObject({ ...size, frames: 30, video: 'annotated.mp4', timeline: 'timeline.json' })
    expect(output.duration).toBeCloseTo(3, 1)
    expect(output.tracks.map(({ track, label }) => [track, label])).toEqual([
      [1, 'square'],
      [2, 'square'],
    ])
    for (const { first, last } of output.tracks) {
      expect(first).toBeLessThanOrEqual(0.1)
      expect(last).toBe(2.9)
    }
    expect(timeline).toMatchObject({ ...size, fps: 10 })
    const red = timeline.frames.map(({ objects }: { objects: { track: number; score: number; bbox: number[] }[] }) =>
      objects.find(({ score }) => score === 0.9),
    )
    expect(red).toHaveLength(30)
    for (const [index, object] of red.entries()) {
      expect(object.track).toBe(index === 0 ? undefined : 1)
      expect(Math.abs(object.bbox[0] - (20 + 8 * index)), `frame ${index}`).toBeLessThanOrEqual(3)
    }
  })

  it('writes a copy with all frames, the boxes and the sound', async () => {
    const { context } = await run({ fps: 5 })
    const file = context.files.find(({ name }) => name === 'annotated.mp4')
    expect(file).toMatchObject({ mime: 'video/mp4', ...size })
    const path = join(folder, 'copy.mp4')
    await writeFile(path, file?.bytes ?? [])
    expect(await inspectVideo(path)).toMatchObject({ ...size, fps: 20, codec: 'h264', audio: 'aac' })
    const frames = []
    for await (const { picture } of readFrames(path)) frames.push(picture)
    expect(frames.length).toBeGreaterThanOrEqual(59)
    // The caption above the red square: nothing is so bright in the original.
    const bright = (picture?: Picture) => picture?.data.filter((value, at) => at % 3 === 2 && value > 120).length ?? 0
    expect(bright(frames[22])).toBeGreaterThan(100)
  })

  it('reports frames, shows previews, and writes no copy when none is wanted', async () => {
    const { context, output } = await run({ fps: 4, annotate: false })
    expect(output).toMatchObject({ frames: 12, video: null })
    expect(context.files.map(({ name }) => name)).toEqual(['timeline.json'])
    expect(context.steps.at(-1)).toMatchObject({ done: 12, total: 12 })
    expect(context.steps.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12])
    expect(context.previews[0]?.mime).toBe('image/jpeg')
  })

  it('gives boxes in the pixels of the original, and only what was asked for', async () => {
    const larger = ['-vf', 'scale=1920:1080,fps=5', '-t', '1', '-c:v', 'libx264', '-preset', 'ultrafast']
    await ffmpeg('-i', join(folder, 'silent.mp4'), ...larger, join(folder, 'large.mp4'))
    video = await readFile(join(folder, 'large.mp4'))
    const seen: Picture[] = []
    const { output } = await run({ fps: 5, annotate: false, min_score: 0.85, labels: ['SQUARE'] }, async picture => {
      seen.push(picture)
      return [...(await detect(picture)), { label: 'cat', score: 1, bbox: [0, 0, 9, 9] }]
    })
    video = await readFile(join(folder, 'squares.mp4'))
    expect(seen[0]).toMatchObject({ width: 1280, height: 720 })
    expect(output).toMatchObject({ width: 1920, height: 1080, frames: 5 })
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = output.tracks[0]?.bbox ?? []
    expect(output.tracks).toHaveLength(1)
    expect(Math.abs(x2 - x1 - 240)).toBeLessThan(20)
    expect(Math.abs(y2 - y1 - 240)).toBeLessThan(20)
  })

  it('stops within a frame, and leaves neither files nor processes', async () => {
    let looked = 0
    const context = fakeContext({ references: { [reference]: video } })
    const running = execute(
      model(async picture => {
        looked += 1
        if (looked === 3) context.abort()
        return detect(picture)
      }),
      task,
      { video: reference },
      context,
    )
    await expect(running).rejects.toThrow()
    expect(looked).toBe(3)
    expect(context.files).toEqual([])
    const ffmpegs = async () => (await promisify(execFile)('ps', ['--ppid', String(process.pid), '-o', 'comm='])).stdout
    await expect.poll(ffmpegs).not.toContain('ffmpeg')
  })

  it('passes on why a model broke or a file cannot be read', async () => {
    const broken = run({}, async () => {
      throw new Error('the graph broke')
    })
    await expect(broken).rejects.toThrow('the graph broke')
    const context = fakeContext({ references: { [reference]: Buffer.from('no video') } })
    const unread = execute(model(), task, { video: reference }, context)
    await expect(unread).rejects.toMatchObject({ code: 'unsupported-media' })
  })
})
