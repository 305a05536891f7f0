import type { Picture } from '@hearth/media'

/** A part of a picture, in pixels. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/**
 * The smallest part that holds everything the mask marks, with padding, widened to the proportions of the size that is
 * drawn. Undefined for an empty mask.
 */
export function maskedArea(mask: Picture, padding: number, size: { width: number; height: number }): Box | undefined {
  let [left, top, right, bottom] = [mask.width, mask.height, -1, -1]
  for (let i = 0; i < mask.data.length; i++) {
    if (!mask.data[i]) continue
    const x = i % mask.width
    const y = (i - x) / mask.width
    if (x < left) left = x
    if (x > right) right = x
    if (y < top) top = y
    if (y > bottom) bottom = y
  }
  if (right < 0) return undefined
  const across = widen(left - padding, right + 1 + padding, mask.width)
  const down = widen(top - padding, bottom + 1 + padding, mask.height)
  const ratio = size.width / size.height
  const width = Math.max(across.length, Math.round(down.length * ratio))
  const height = Math.max(down.length, Math.round(across.length / ratio))
  const wide = widen(across.start, across.start + width, mask.width, across.length)
  const tall = widen(down.start, down.start + height, mask.height, down.length)
  return { left: wide.start, width: wide.length, top: tall.start, height: tall.length }
}

/** A stretch inside 0 to `limit`: moved rather than cut. `core` is the part that should stay in its middle. */
function widen(from: number, to: number, limit: number, core = to - from): { start: number; length: number } {
  const length = Math.min(to - from, limit)
  const middle = from - Math.floor((length - core) / 2)
  return { start: Math.min(Math.max(middle, 0), limit - length), length }
}

/** @throws RangeError if the box reaches beyond the picture. */
export function cutOut({ width, height, channels, data }: Picture, box: Box): Picture {
  if (box.left < 0 || box.top < 0 || box.left + box.width > width || box.top + box.height > height) {
    throw new RangeError('the box reaches beyond the picture')
  }
  const cut = new Uint8Array(box.width * box.height * channels)
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * width + box.left) * channels
    cut.set(data.subarray(from, from + box.width * channels), y * box.width * channels)
  }
  return { width: box.width, height: box.height, channels, data: cut }
}

/** The picture with `patch`, of the box's size, in its place: fully where the mask is white, not at all where black. */
export function pasteBack(picture: Picture, patch: Picture, mask: Picture, box: Box): Picture {
  const { width, channels } = picture
  const data = Uint8Array.from(picture.data)
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      const at = (box.top + y) * width + box.left + x
      const share = (mask.data[at] ?? 0) / 255
      for (let c = 0; c < channels; c++) {
        const drawn = patch.data[(y * box.width + x) * channels + c] ?? 0
        const old = picture.data[at * channels + c] ?? 0
        data[at * channels + c] = Math.round(share * drawn + (1 - share) * old)
      }
    }
  }
  return { ...picture, data }
}

/** The picture with what the mask marks replaced by the colours around it, so that nothing of the old shines through. */
export function fillMasked(picture: Picture, mask: Picture): Picture {
  const keep = Float32Array.from(mask.data, value => 1 - value / 255)
  const weighted = new Float32Array(keep.length * 3)
  for (let i = 0; i < weighted.length; i++) weighted[i] = (picture.data[i] ?? 0) * (keep[Math.floor(i / 3)] ?? 0)
  const colours = pullPush({ width: picture.width, height: picture.height, weights: keep, weighted })
  return { ...picture, data: Uint8Array.from(colours, value => Math.min(255, Math.round(value))) }
}

interface Level {
  width: number
  height: number
  /** 0 to 1 for each pixel. */
  weights: Float32Array
  /** Three channels, each times its weight. */
  weighted: Float32Array
}

/** Colours everywhere: a pixel's own as far as its weight goes, for the rest those of the level of half the size. */
function pullPush(level: Level): Float32Array {
  const { width, height, weights, weighted } = level
  if (width === 1 && height === 1) {
    return weighted.map(value => value / Math.max(weights[0] ?? 0, 1e-6))
  }
  const small = pullPushed(half(level))
  const colours = new Float32Array(weighted.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      const below = ((y >> 1) * small.width + (x >> 1)) * 3
      const missing = 1 - (weights[at] ?? 0)
      for (let c = 0; c < 3; c++) {
        colours[at * 3 + c] = (weighted[at * 3 + c] ?? 0) + missing * (small.colours[below + c] ?? 0)
      }
    }
  }
  return colours
}

function pullPushed(level: Level): { width: number; colours: Float32Array } {
  return { width: level.width, colours: pullPush(level) }
}

/** Blocks of two by two put together; a block counts fully as soon as one of its pixels does. */
function half(level: Level): Level {
  const width = Math.ceil(level.width / 2)
  const height = Math.ceil(level.height / 2)
  const weights = new Float32Array(width * height)
  const weighted = new Float32Array(width * height * 3)
  for (let i = 0; i < level.weights.length; i++) {
    const x = (i % level.width) >> 1
    const y = Math.floor(i / level.width) >> 1
    weights[y * width + x]! += level.weights[i] ?? 0
    for (let c = 0; c < 3; c++) weighted[(y * width + x) * 3 + c]! += level.weighted[i * 3 + c] ?? 0
  }
  for (let i = 0; i < weights.length; i++) {
    const over = weights[i] ?? 0
    if (over <= 1) continue
    weights[i] = 1
    for (let c = 0; c < 3; c++) weighted[i * 3 + c]! /= over
  }
  return { width, height, weights, weighted }
}
