/** Solves a small system of linear equations by elimination with row exchange. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!])
  const size = rows.length
  for (let column = 0; column < size; column++) {
    const rest = rows.slice(column)
    const pivot = rest.reduce((best, row) => (Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best))
    rows.splice(rows.indexOf(pivot), 1)
    rows.splice(column, 0, pivot)
    for (const row of rows.slice(column + 1)) {
      const factor = row[column]! / pivot[column]!
      for (let k = column; k <= size; k++) row[k]! -= factor * pivot[k]!
    }
  }
  const solution = new Array<number>(size).fill(0)
  for (let i = size - 1; i >= 0; i--) {
    const known = rows[i]!.slice(i + 1, size).reduce((sum, value, k) => sum + value * solution[i + 1 + k]!, 0)
    solution[i] = (rows[i]![size]! - known) / rows[i]![i]!
  }
  return solution
}

/** The system whose solution weighs the differences at `points`, of UniPC's B(h) kind (arXiv 2302.04867). */
function system(points: readonly number[], h: number, bh1: boolean) {
  const scale = bh1 ? h : Math.expm1(h)
  const rows: number[][] = []
  const right: number[] = []
  let factorial = 1
  let phi = Math.expm1(h) / h - 1
  for (let k = 1; k <= points.length; k++) {
    rows.push(points.map(point => point ** (k - 1)))
    right.push((phi * factorial) / scale)
    factorial *= k + 1
    phi = phi / h - 1 / factorial
  }
  return { rows, right, scale }
}

/**
 * Weights of the pictures remembered, older than the newest, in the predictor.
 *
 * @param ratios their places: distance from the newest over the step's, negative
 * @param h the step's length in half the logarithm of signal to noise, negative
 */
export function predictorWeights(ratios: readonly number[], h: number, bh1: boolean): number[] {
  if (ratios.length === 0) return []
  const { rows, right, scale } = system(ratios, h, bh1)
  // The second order takes one half instead of the solution.
  const solution = ratios.length === 1 ? [0.5] : solve(rows, right)
  return solution.map((rho, k) => (scale * rho) / ratios[k]!)
}

/** The same for the corrector; the last weight is that of the picture predicted at the step's end. */
export function correctorWeights(ratios: readonly number[], h: number, bh1: boolean): number[] {
  const points = [...ratios, 1]
  const { rows, right, scale } = system(points, h, bh1)
  const solution = points.length === 1 ? [0.5] : solve(rows, right)
  return solution.map((rho, k) => (scale * rho) / points[k]!)
}
