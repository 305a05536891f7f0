import { encodePicture, resizePicture, tensorToPicture } from '@hearth/media'
import { philoxNormals } from '../../noise/philox-normals.ts'
import type { Layout } from './layout.ts'
import type { Vae } from './vae.ts'

/** Small pictures of unfinished latents, at next to no cost. */
export interface Previews {
  /** JPEG of channels x height x width latents. */
  draw(latents: Float32Array, height: number, width: number): Promise<Uint8Array>
}

/** Side of the grid of latents that the map is fitted on. */
const grid = 16
/** Latents in a row that share a colour in the picture that it is fitted on. */
const patch = 2
/** Pixels per latent in the preview; the long side stays under `longest`. */
const enlarge = 8
const longest = 384
const quality = 70
/** Milliseconds that a preview may take of the time for drawing, unless told otherwise. */
const affordableTime = 40

/** Solves `matrix x = right` in place, for a small symmetric positive matrix. */
function solve(matrix: number[][], right: number[][]): number[][] {
  const size = matrix.length
  for (let pivot = 0; pivot < size; pivot++) {
    const row = matrix[pivot] ?? []
    const scale = row[pivot] ?? 1
    for (let other = 0; other < size; other++) {
      if (other === pivot) continue
      const factor = (matrix[other]?.[pivot] ?? 0) / scale
      matrix[other] = (matrix[other] ?? []).map((value, k) => value - factor * (row[k] ?? 0))
      right[other] = (right[other] ?? []).map((value, k) => value - factor * (right[pivot]?.[k] ?? 0))
    }
  }
  return right.map((values, i) => values.map(value => value / (matrix[i]?.[i] ?? 1)))
}

/** Patches of random colours, every third one white or black: 3 x side x side in [-1, 1]. */
function patches(side: number, scale: number): Float32Array {
  const perRow = grid / patch
  const colours = philoxNormals(0, 0, 3 * perRow * perRow)
  const pixels = new Float32Array(3 * side * side)
  for (let i = 0; i < pixels.length; i++) {
    const x = Math.floor((i % side) / scale / patch)
    const y = Math.floor((Math.floor(i / side) % side) / scale / patch)
    const at = y * perRow + x
    const colour = Math.floor(i / side / side)
    const plain = at % 6 === 0 ? 1 : -1
    pixels[i] = at % 3 === 0 ? plain : Math.min(1, Math.max(-1, colours[3 * at + colour] ?? 0))
  }
  return pixels
}

interface Sample {
  pixels: Float32Array
  latents: Float32Array
}

/**
 * Latents with the pixels that belong to them. Of pictures: patches of colour, and all white and all black, which
 * encoders take far beyond what small patches of them become. Of noise where the model has no encoder.
 */
async function samples(vae: Vae, { latentChannels, vaeScale }: Layout): Promise<Sample[]> {
  const side = grid * vaeScale
  if (vae.encodes) {
    const plain = (value: number) => new Float32Array(3 * side * side).fill(value)
    const pictures = [patches(side, vaeScale), plain(1), plain(-1)]
    const encoded: Sample[] = []
    for (const pixels of pictures) encoded.push({ pixels, latents: await vae.encode(pixels, side, side) })
    return encoded
  }
  const latents = philoxNormals(0, 0, latentChannels * grid * grid)
  return [{ pixels: await vae.decode(latents, grid, grid), latents }]
}

/**
 * The linear map from a latent to the mean colour of the pixels under it, by least squares.
 * One row of three colours per channel, and one for the constant.
 */
async function fit(vae: Vae, layout: Layout): Promise<number[][]> {
  const { latentChannels: channels, vaeScale: scale } = layout
  const cells = grid * grid
  const unknowns = channels + 1
  // A trace on the diagonal keeps the system solvable where a channel never varies.
  const matrix: number[][] = Array.from({ length: unknowns }, (_, i) =>
    Array.from({ length: unknowns }, (_, j) => (i === j ? 1e-3 : 0)),
  )
  const right = Array.from({ length: unknowns }, () => [0, 0, 0])
  for (const { pixels, latents } of await samples(vae, layout)) {
    for (let cell = 0; cell < cells; cell++) {
      const known = Array.from({ length: unknowns }, (_, c) => (c < channels ? (latents[c * cells + cell] ?? 0) : 1))
      const colour = [0, 1, 2].map(c => meanUnder(pixels, c, cell, scale))
      known.forEach((a, i) => {
        matrix[i] = (matrix[i] ?? []).map((sum, j) => sum + a * (known[j] ?? 0))
        right[i] = (right[i] ?? []).map((sum, c) => sum + a * (colour[c] ?? 0))
      })
    }
  }
  return solve(matrix, right)
}

function meanUnder(pixels: Float32Array, channel: number, cell: number, scale: number): number {
  const width = grid * scale
  const left = (cell % grid) * scale
  const top = Math.floor(cell / grid) * scale
  let sum = 0
  for (let y = top; y < top + scale; y++) {
    for (let x = left; x < left + scale; x++) {
      sum += Math.min(1, Math.max(-1, pixels[channel * width * width + y * width + x] ?? 0))
    }
  }
  return sum / scale ** 2
}

/** The mean time of decoding one latent, in milliseconds, of a small grid that any machine can afford. */
async function decodingTime(vae: Vae, { latentChannels }: Layout): Promise<number> {
  const side = grid / 2
  const latents = new Float32Array(latentChannels * side * side)
  // The first run also plans the memory of the graph.
  await vae.decode(latents, side, side)
  const started = performance.now()
  await vae.decode(latents, side, side)
  return (performance.now() - started) / side ** 2
}

function mapped(map: number[][], latents: Float32Array, channels: number, plane: number): Float32Array {
  const rgb = new Float32Array(3 * plane)
  for (let colour = 0; colour < 3; colour++) {
    for (let at = 0; at < plane; at++) {
      let value = map[channels]?.[colour] ?? 0
      for (let c = 0; c < channels; c++) value += (latents[c * plane + at] ?? 0) * (map[c]?.[colour] ?? 0)
      rgb[colour * plane + at] = value
    }
  }
  return rgb
}

/**
 * Small models are decoded as they are; for others a linear map stands in for the decoder. Both the time of decoding
 * and the map are found when the first preview is drawn.
 */
export function openPreviews(vae: Vae, layout: Layout, affordable = affordableTime): Previews {
  let time: Promise<number> | undefined
  let fitted: Promise<number[][]> | undefined
  return {
    async draw(latents, height, width) {
      time ??= decodingTime(vae, layout)
      const scale = layout.vaeScale
      if ((await time) * height * width < affordable) {
        const decoded = tensorToPicture(await vae.decode(latents, height, width), width * scale, height * scale)
        return encodePicture(decoded, { format: 'jpeg', quality })
      }
      fitted ??= fit(vae, layout)
      const small = tensorToPicture(mapped(await fitted, latents, layout.latentChannels, height * width), width, height)
      const factor = Math.min(enlarge, longest / Math.max(width, height))
      const large = await resizePicture(small, Math.round(width * factor), Math.round(height * factor), 'stretch')
      return encodePicture(large, { format: 'jpeg', quality })
    },
  }
}
