/** Which file of a folder is what. */
export interface OcrFiles {
  detector: string
  recogniser: string
  /** Tells lines that stand on their heads. */
  direction: string | undefined
  characters: string
}

/** PaddleOCR's own file names with dates and versions in them; undefined where a part is missing. */
export function findFiles(paths: readonly string[]): OcrFiles | undefined {
  const find = (pattern: RegExp) => paths.find(path => pattern.test(path))
  const detector = find(/(^|[_/-])det([_-].*)?\.onnx$/i)
  const recogniser = find(/(^|[_/-])rec([_-].*)?\.onnx$/i)
  const characters = find(/(keys|dict)[^/]*\.txt$/i)
  if (!detector || !recogniser || !characters) return undefined
  return { detector, recogniser, characters, direction: find(/(^|[_/-])cls([_-].*)?\.onnx$/i) }
}
