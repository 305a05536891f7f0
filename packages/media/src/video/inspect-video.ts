import { open } from 'node:fs/promises'
import { AppError } from '@hearth/contract'
import { inputArgs, type ProbedStream, probeFile } from './probe-file.ts'
import { demuxerOf, sniffedBytes, sniffVideo, type VideoFormat, videoMime } from './sniff-video.ts'

/** What a video file says of itself. No picture is decoded. */
export interface VideoInfo {
  format: VideoFormat
  mime: string
  /** As it is seen: after rotation, with square pixels. */
  width: number
  height: number
  /** Seconds. */
  duration: number
  /** Frames a second, on average. */
  fps: number
  /** Where the file says it. */
  frames?: number
  codec: string
  /** Codec of the first sound track; null where there is none. */
  audio: string | null
}

export interface VideoLimits {
  /** Of one frame. Default 36 million: 8K. */
  maxPixels?: number
  /** Default 4 hours. */
  maxSeconds?: number
  signal?: AbortSignal
}

export const defaultMaxVideoPixels = 36_000_000
const defaultMaxSeconds = 4 * 3600

/** What keeps a file from making ffmpeg read anything but itself: one format, and no protocol but files. */
export async function guardedInput(path: string): Promise<{ format: VideoFormat; args: string[] }> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(sniffedBytes), 0, sniffedBytes, 0)
    const format = sniffVideo(buffer.subarray(0, bytesRead))
    return { format, args: inputArgs(path, demuxerOf(format)) }
  } finally {
    await file.close()
  }
}

/**
 * Reads size, length and codecs of a video file.
 * @throws AppError `unsupported-media` (no video), `too-large` (pixels or length), `invalid-input` (damaged),
 * `unavailable` (no ffmpeg).
 */
export async function inspectVideo(path: string, limits: VideoLimits = {}): Promise<VideoInfo> {
  const { maxPixels = defaultMaxVideoPixels, maxSeconds = defaultMaxSeconds, signal } = limits
  const { format, args } = await guardedInput(path)
  const { streams, format: container } = await probeFile(args, { signal, failure })
  const video = movingPicture(streams)
  const audio = streams.find(stream => stream.codec_type === 'audio')
  const duration = Number(video?.duration ?? container.duration ?? Number.NaN)
  const fps = rate(video?.avg_frame_rate) || rate(video?.r_frame_rate)
  if (!video?.width || !video.height || !(duration > 0) || !(fps > 0)) {
    throw new AppError('invalid-input', 'the file holds no moving picture', { hint: 'Send a file with a video track.' })
  }
  const { width, height } = shownSize(video, video.width, video.height)
  if (video.width * video.height > maxPixels || width * height > maxPixels) {
    throw new AppError('too-large', `the video has ${width} x ${height} pixels, more than ${maxPixels} in all`, {
      hint: 'Scale it down first.',
    })
  }
  if (duration > maxSeconds) {
    throw new AppError('too-large', `the video is ${Math.round(duration)} s long, more than ${maxSeconds} s`, {
      hint: 'Cut it into parts.',
    })
  }
  const frames = Number(video.nb_frames)
  return {
    format,
    mime: videoMime(format),
    width,
    height,
    duration,
    fps,
    ...(frames > 0 ? { frames } : {}),
    codec: video.codec_name ?? 'unknown',
    audio: audio?.codec_name ?? null,
  }
}

/** Whether a file of a format for videos holds more than sound. @throws AppError as `inspectVideo`. */
export async function hasMovingPicture(path: string): Promise<boolean> {
  const { args } = await guardedInput(path)
  return movingPicture((await probeFile(args, { failure })).streams) !== undefined
}
const failure = 'the video is damaged or cut off'

/** The first track of pictures that is not the cover of a record. */
export function movingPicture(streams: readonly ProbedStream[]): ProbedStream | undefined {
  return streams.find(stream => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1)
}

function rate(text: string | undefined): number {
  const [numerator = 0, denominator = 1] = (text ?? '').split('/').map(Number)
  return denominator > 0 ? numerator / denominator : 0
}

function shownSize(stream: ProbedStream, width: number, height: number): { width: number; height: number } {
  const [across = 1, down = 1] = (stream.sample_aspect_ratio ?? '1:1').split(':').map(Number)
  const square = across > 0 && down > 0 ? Math.round((width * across) / down) : width
  const rotation = stream.side_data_list?.find(data => data.rotation !== undefined)?.rotation
  const turns = Math.round((rotation ?? Number(stream.tags?.rotate ?? 0)) / 90)
  return turns % 2 === 0 ? { width: square, height } : { width: height, height: square }
}
