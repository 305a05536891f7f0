import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bbox, type Executor, perform, type RunContext } from '@hearth/contract'
import {
  drawBoxes,
  encodePicture,
  inspectVideo,
  type Picture,
  readFrames,
  resizePicture,
  type VideoInfo,
  withVideoFolder,
  writeVideo,
} from '@hearth/media'
import { createTracker } from '@hearth/tracking'
import type { z } from 'zod'
import { chooseObjects, type FoundObject } from '../found-objects.ts'
import { task, type timelineFrame } from './spec.ts'

/** All that a model finds in a picture (RGB), in its pixels, sure or not. */
export type DetectFrame = (picture: Picture) => Promise<readonly FoundObject[]>

type Input = z.output<typeof task.input>
type Seen = z.infer<typeof timelineFrame>
type TrackSummary = z.infer<typeof task.output>['tracks'][number]

/** Longer side of what is looked at and of the annotated copy, in pixels. */
const longestSide = 1280
/** Frames a second that the annotated copy has at most. */
const smooth = 30
/** Least score at which a sighting may continue a track. */
const faint = 0.1
const maxObjects = 300
/** Milliseconds between two previews, and their longer side. */
const previewInterval = 500
const previewSide = 512

/** Makes a detector of pictures follow things through videos: one line in a family's `load.ts`. */
export function detectInVideo(detect: DetectFrame): Executor<never> {
  return perform(task, (input, context) =>
    withVideoFolder(async folder => {
      const path = join(folder, 'video')
      await writeFile(path, await context.read(input.video))
      const info = await inspectVideo(path, { signal: context.signal })
      const watch = createWatch(detect, input, info, context)
      const copy = input.annotate ? join(folder, 'annotated.mp4') : undefined
      const video = await follow(path, copy, info, watch, context)
      const { width, height, duration } = info
      const timeline = { width, height, duration, fps: watch.fps, frames: watch.seen }
      const bytes = Buffer.from(JSON.stringify(timeline))
      const saved = await context.save({ name: 'timeline.json', bytes, mime: 'application/json' })
      return {
        ...{ width, height, duration },
        frames: watch.seen.length,
        tracks: [...watch.tracks.values()],
        timeline: saved.name,
        video,
      }
    }),
  )
}

/** Goes through the video; with a path for the copy all frames are written there. Gives the name of the saved copy. */
async function follow(
  path: string,
  copy: string | undefined,
  info: VideoInfo,
  watch: Watch,
  context: RunContext,
): Promise<string | null> {
  const { signal } = context
  const fps = copy === undefined ? watch.fps : Math.min(info.fps, Math.max(smooth, watch.fps))
  const size = scaledSize(info)
  const pictures = annotated(readFrames(path, { fps, maxSide: longestSide, signal }), watch)
  if (copy === undefined) {
    for await (const _ of pictures);
    return null
  }
  await writeVideo(copy, { ...size, fps, audioFrom: path, signal }, pictures)
  const bytes = new Uint8Array(await readFile(copy))
  const file = await context.save({ name: 'annotated.mp4', bytes, mime: 'video/mp4', ...size })
  return file.name
}

async function* annotated(frames: ReturnType<typeof readFrames>, watch: Watch): AsyncGenerator<Picture> {
  for await (const { time, picture } of frames) {
    await watch.look(time, picture)
    yield watch.draw(picture)
  }
  watch.end()
}

type Watch = ReturnType<typeof createWatch>

/** What is known of the video while it goes by. */
function createWatch(detect: DetectFrame, input: Input, info: VideoInfo, context: RunContext) {
  const fps = Math.min(input.fps, info.fps)
  const total = Math.max(1, Math.ceil(info.duration * fps))
  const low = Math.min(faint, input.min_score)
  const tracker = createTracker({ high: input.min_score, low, keep: Math.max(1, 3 / fps) })
  const seen: Seen[] = []
  const tracks = new Map<number, TrackSummary>()
  let shown: Seen['objects'] = []
  let next = 0
  let previewed = Number.NEGATIVE_INFINITY

  async function preview(picture: Picture): Promise<void> {
    if (performance.now() - previewed < previewInterval) return
    previewed = performance.now()
    const scale = Math.min(1, previewSide / Math.max(picture.width, picture.height))
    const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)]
    const small = await resizePicture(draw(picture), Math.max(1, width), Math.max(1, height), 'stretch')
    context.preview(await encodePicture(small, { format: 'jpeg', quality: 75 }), 'image/jpeg')
  }

  /** Looks at the frame if it is time to. */
  async function look(time: number, picture: Picture): Promise<void> {
    // Half a millisecond of grace: times are sums of thirds and the like.
    if (time < next - 0.0005) return
    next = (Math.floor(time * fps + 0.0005 * fps) + 1) / fps
    const found = await detect(picture)
    context.signal.throwIfAborted()
    const wanted = { min_score: low, labels: input.labels, max_objects: maxObjects }
    const chosen = chooseObjects(found, wanted, picture, {})
    const scale = info.width / picture.width
    const followed = tracker.update(chosen, time).filter(({ score }) => score >= input.min_score)
    shown = followed.map(object => ({ ...object, score: round(object.score, 4), bbox: scaled(object.bbox, scale) }))
    seen.push({ time: round(time, 3), objects: shown })
    for (const object of shown) remember(tracks, object, round(time, 3))
    context.progress(Math.min(seen.length, total), total, `${seen.length} of ${total} frames`)
    await preview(picture)
  }

  /** The frame with what was found last. */
  function draw(picture: Picture): Picture {
    const scale = picture.width / info.width
    return drawBoxes(
      picture,
      shown.map(({ label, score, bbox, track }) => ({
        bbox: scaled(bbox, scale),
        text: `${label} ${score.toFixed(2)}${track === undefined ? '' : ` #${track}`}`,
        ...(track === undefined ? {} : { colour: track }),
      })),
    )
  }

  return { fps, seen, tracks, look, draw, end: () => context.progress(total, total) }
}

function remember(tracks: Map<number, TrackSummary>, object: Seen['objects'][number], time: number): void {
  const { track, label, score, bbox } = object
  if (track === undefined) return
  const known = tracks.get(track)
  if (!known) tracks.set(track, { track, label, score, first: time, last: time, bbox })
  else Object.assign(known, { last: time }, score > known.score ? { score, bbox } : {})
}

const round = (value: number, digits: number) => Number(value.toFixed(digits))
const scaled = (box: Bbox, scale: number) => box.map(value => round(value * scale, 1)) as Bbox

function scaledSize({ width, height }: VideoInfo): { width: number; height: number } {
  const scale = Math.min(1, longestSide / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
