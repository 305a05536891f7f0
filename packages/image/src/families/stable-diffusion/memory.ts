const gigabyte = 1e9

/** Most bytes of intermediate results that a batch may take, unless one picture alone takes more. */
const batchBytes = 1.5 * gigabyte

/** What the memory of a picture follows from, as far as it is known without opening the weights. */
export interface PictureSize {
  weightBytes: number
  width: number
  height: number
  /** Pixels that the weights were trained for: networks for larger pictures attend to them at a coarser level. */
  trainedArea: number
}

/**
 * Bytes of intermediate results for one picture with guidance, on the high side. Measured: 0.4 GB in the denoiser of
 * Stable Diffusion 1.5 at 512 x 512 where attention is one operator; graphs that spell it out hold its scores as well.
 */
export function pictureBytes({ weightBytes, width, height, trainedArea }: PictureSize): number {
  const area = width * height
  const share = Math.min(1, weightBytes / gigabyte)
  // Layers of networks with more weights are wider: by the root, as weights grow with the square of the width.
  const layers = (area / 64) * Math.sqrt(weightBytes) * 2
  // The finest level that attends to itself has some 64 x 64 cells at the trained size, or all where there are fewer.
  const cells = (area / 64) * Math.min(1, (64 * 4096) / trainedArea)
  const attention = 128 * cells ** 2 * share
  const decoder = area * 2600 * Math.sqrt(share)
  return layers + attention + decoder
}

/** How many of `n` pictures are drawn in one batch. */
export function picturesAtOnce(size: PictureSize, n: number): number {
  return Math.min(n, Math.max(1, Math.floor(batchBytes / pictureBytes(size))))
}
