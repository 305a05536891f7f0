/**
 * The one-to-one assignment of rows to columns with the greatest total gain; gains of 0 or less are never taken.
 *
 * Exact (shortest augmenting paths, O(rows² x columns)) and not greedy: where two things cross, the single best pair
 * often belongs to the wrong two, and only the sum tells.
 *
 * @param gain gain[row][column]
 * @returns the column of each row, or -1.
 */
export function assign(gain: readonly (readonly number[])[]): number[] {
  const rows = gain.length
  const columns = gain[0]?.length ?? 0
  // One spare column per row stands for "none", so that every row finds a place and no pair is forced.
  const width = columns + rows
  const top = Math.max(0, ...gain.flat())
  const cost = (row: number, column: number) => top - Math.max(0, column < columns ? (gain[row]?.[column] ?? 0) : 0)

  const rowPrice = new Float64Array(rows)
  const columnPrice = new Float64Array(width)
  const rowOf = new Int32Array(width).fill(-1)
  for (let start = 0; start < rows; start++) {
    augment(start, cost, rowPrice, columnPrice, rowOf)
  }
  const result = new Array<number>(rows).fill(-1)
  for (let column = 0; column < columns; column++) {
    const row = rowOf[column] ?? -1
    if (row >= 0 && cost(row, column) < top) result[row] = column
  }
  return result
}

/** Gives row `start` a column by the cheapest chain of exchanges (Dijkstra over reduced costs). */
function augment(
  start: number,
  cost: (row: number, column: number) => number,
  rowPrice: Float64Array,
  columnPrice: Float64Array,
  rowOf: Int32Array,
): void {
  const width = rowOf.length
  const distance = new Float64Array(width).fill(Number.POSITIVE_INFINITY)
  const from = new Int32Array(width).fill(-1)
  const done = new Uint8Array(width)
  let row = start
  let last = -1
  let reached = 0
  for (;;) {
    let next = -1
    for (let column = 0; column < width; column++) {
      if (done[column]) continue
      const through = reached + cost(row, column) - at(rowPrice, row) - at(columnPrice, column)
      if (through < at(distance, column)) {
        distance[column] = through
        from[column] = last
      }
      if (next < 0 || at(distance, column) < at(distance, next)) next = column
    }
    reached = at(distance, next)
    done[next] = 1
    last = next
    const holder = at(rowOf, next)
    if (holder < 0) break
    row = holder
  }
  rowPrice[start] = at(rowPrice, start) + reached
  for (let column = 0; column < width; column++) {
    const holder = at(rowOf, column)
    if (!done[column] || column === last) continue
    const saved = reached - at(distance, column)
    columnPrice[column] = at(columnPrice, column) - saved
    if (holder >= 0) rowPrice[holder] = at(rowPrice, holder) + saved
  }
  for (let column = last; column >= 0; ) {
    const before = at(from, column)
    rowOf[column] = before < 0 ? start : at(rowOf, before)
    column = before
  }
}

function at(values: Float64Array | Int32Array, index: number): number {
  const value = values[index]
  if (value === undefined) throw new RangeError(`index ${index} of ${values.length}`)
  return value
}
