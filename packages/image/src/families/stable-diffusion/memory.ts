const mebibyte = 2 ** 20

/** Most bytes of intermediate results that a batch may take, unless one picture alone takes more. */
const batchBytes = 1536 * mebibyte

/** Bytes of intermediate results for one picture, guidance included: grows with the pixels, attention with their square. */
export function pictureBytes(weightBytes: number, width: number, height: number): number {
  const latents = (width / 8) * (height / 8)
  // Networks with more weights are wider: their layers' results grow with the root of the weights.
  const layers = latents * Math.sqrt(weightBytes) * 5
  const attention = latents ** 2 * 8 * 4 * Math.min(1, weightBytes / 1e9)
  const pixels = width * height * 3 * 4 * 30
  return layers + attention + pixels
}

/** How many of `n` pictures are drawn in one batch. */
export function picturesAtOnce(weightBytes: number, width: number, height: number, n: number): number {
  return Math.min(n, Math.max(1, Math.floor(batchBytes / pictureBytes(weightBytes, width, height))))
}
