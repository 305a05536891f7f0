/** A factor and the tensor it multiplies. */
export type Term = readonly [factor: number, values: Float32Array]

/** Sum of tensors of one length, each times its factor; added up in float64 and rounded once. */
export function weightedSum(...terms: readonly Term[]): Float32Array<ArrayBuffer> {
  const used = terms.filter(([factor]) => factor !== 0)
  const factors = used.map(([factor]) => factor)
  const tensors = used.map(([, values]) => values)
  const sum = new Float32Array(terms[0]?.[1].length ?? 0)
  for (let k = 0; k < sum.length; k++) {
    let value = 0
    for (let j = 0; j < factors.length; j++) value += factors[j]! * tensors[j]![k]!
    sum[k] = value
  }
  return sum
}
