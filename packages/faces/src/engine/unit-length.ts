/** The vector scaled to length 1. A vector of zeros stays as it is: it is like nobody. */
export function unitLength(vector: Float32Array): Float32Array<ArrayBuffer> {
  let squares = 0
  for (const value of vector) squares += value * value
  const length = Math.sqrt(squares) || 1
  return Float32Array.from(vector, value => value / length)
}
