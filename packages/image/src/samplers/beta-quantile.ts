/** Continued fraction of the incomplete beta function with both parameters `a` (modified Lentz). */
function continuedFraction(x: number, a: number): number {
  const tiny = 1e-300
  let c = 1
  let d = 1 - (2 * a * x) / (a + 1)
  d = 1 / (Math.abs(d) < tiny ? tiny : d)
  let value = d
  for (let m = 1; m < 300; m++) {
    const even = (m * (a - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (2 * a + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    let change = 1
    for (const term of [even, odd]) {
      d = 1 + term * d
      d = 1 / (Math.abs(d) < tiny ? tiny : d)
      c = 1 + term / c
      if (Math.abs(c) < tiny) c = tiny
      change = c * d
      value *= change
    }
    if (Math.abs(change - 1) < 1e-16) break
  }
  return value
}

/** The incomplete beta function up to a constant factor, for x from 0 to 1/2. */
function lowerHalf(x: number, a: number): number {
  return (x * (1 - x)) ** a * continuedFraction(x, a)
}

/**
 * Quantile of the symmetrical beta distribution: the x below which the share `p` of Beta(a, a) lies.
 * The symmetry gives both the missing constant (half lies below 1/2) and the upper half.
 */
export function betaQuantile(p: number, a: number): number {
  if (p <= 0 || p >= 1) return p <= 0 ? 0 : 1
  if (p > 0.5) return 1 - betaQuantile(1 - p, a)
  const wanted = 2 * p * lowerHalf(0.5, a)
  let low = 0
  let high = 0.5
  for (let i = 0; i < 200 && low < high; i++) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (lowerHalf(middle, a) < wanted) low = middle
    else high = middle
  }
  return (low + high) / 2
}
