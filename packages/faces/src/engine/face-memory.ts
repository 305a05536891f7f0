const mebibyte = 2 ** 20
/** The process itself, with onnxruntime and sharp in it, and a picture of ordinary size. */
const base = 320 * mebibyte

/** Bytes that models for faces of this size on disk take at their peak. */
export function faceMemory(bytes: number): number {
  // Weights stored as halves unfold; activations of eight faces at once come on top.
  return Math.ceil(base + 3 * bytes)
}
