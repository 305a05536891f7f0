/** Names under which detectors and embedders are published: first guesses, which graphs' own inputs and outputs decide. */
const detectors = /(yunet|scrfd|det_(500m|1g|2\.5g|10g|34g)|(^|\/)detection\/model\.onnx$)/i
const embedders = /(sface|w600k|glintr|arcface|auraface|(^|\/)recognition\/model\.onnx$)/i

/** The folder's files that by their names are a detector and an embedder; undefined unless there is one of each. */
export function namedGraphs(paths: readonly string[]): { detector: string; embedder: string } | undefined {
  const graphs = paths.filter(path => path.endsWith('.onnx'))
  const detector = graphs.find(path => detectors.test(path))
  const embedder = graphs.find(path => embedders.test(path) && path !== detector)
  return detector !== undefined && embedder !== undefined ? { detector, embedder } : undefined
}
