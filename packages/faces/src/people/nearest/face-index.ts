import { AppError } from '@hearth/contract'
import { type Coder, createCoder } from './code.ts'
import { codeBytes, rowsPerCall } from './kernel.ts'
import { openSlab, type Slab } from './slab.ts'

/** Vectors up to which every one is compared with the query. */
export const exactLimit = 50_000
/** Above: so many with the nearest codes are. */
const candidates = 128
/** Vectors of which the middle is taken. */
const sample = 4096

/** The nearest person, by the best of their faces. */
export interface Nearest {
  person: string
  /** Cosine. */
  similarity: number
  /** That of the nearest other person; null if there is none. */
  next: number | null
}

/** Faces of one embedder, to be searched by nearness. Vectors need not be of unit length. */
export interface FaceIndex {
  /** Faces. */
  readonly size: number
  add(person: string, vector: Float32Array): void
  /** Forgets all faces of a person. */
  remove(person: string): void
  /**
   * Does a share of what searches above the limit need, for this many faces; true when nothing is left. Until then they
   * are exact and slow.
   */
  prepare(faces: number): boolean
  /** Undefined if it is empty. */
  nearest(vector: Float32Array): Nearest | undefined
}

export interface FaceIndexOptions {
  dimensions: number
  /** Another limit than `exactLimit`; for tests and measurements. */
  exactUpTo?: number
}

/**
 * Up to `exactUpTo` faces the search is exact: one dot product each. Above, codes of 512 bits are compared first, which is
 * twenty times less to read, and only the faces with the nearest codes exactly: who is near enough to be known is found
 * all but surely, a stranger's nearest likeness not always.
 */
export function createFaceIndex({ dimensions, exactUpTo = exactLimit }: FaceIndexOptions): FaceIndex {
  // The kernel takes sixteen numbers at a time; the rest of a row is zero.
  const vectors = openSlab(Math.ceil(dimensions / 16) * 64)
  const persons: string[] = []
  const rowsOf = new Map<string, Set<number>>()
  let codes: { slab: Slab; coder: Coder; madeFor: number } | undefined

  const encode = (row: number) => {
    if (codes) codes.coder(vectors.floats(row).subarray(0, dimensions), codes.slab.bytes(row))
  }
  const drop = (row: number) => {
    const last = vectors.rows - 1
    const moved = persons[last] as string
    vectors.drop(row)
    if (codes && codes.slab.rows > vectors.rows) codes.slab.drop(last)
    if (codes && row < codes.slab.rows) encode(row)
    rowsOf.get(moved)?.delete(last)
    if (row !== last) {
      persons[row] = moved
      rowsOf.get(moved)?.add(row)
    }
    persons.pop()
  }
  return {
    get size() {
      return vectors.rows
    },
    add(person, vector) {
      const unit = normalise(vector, dimensions)
      const row = vectors.push()
      vectors.floats(row).set(unit)
      // Codes in the making get there by themselves.
      if (codes?.slab.rows === row) encode(codes.slab.push())
      persons.push(person)
      const rows = rowsOf.get(person) ?? new Set()
      rowsOf.set(person, rows.add(row))
    },
    remove(person) {
      const rows = rowsOf.get(person) ?? []
      rowsOf.delete(person)
      // From the end, so that no row that is still to go is moved.
      for (const row of [...rows].sort((a, b) => b - a)) drop(row)
    },
    prepare(faces) {
      if (vectors.rows <= exactUpTo) return true
      // Anew when what they tell apart has doubled.
      if (!codes || vectors.rows > 2 * codes.madeFor) {
        codes = { slab: openSlab(codeBytes), coder: createCoder(middleOf(vectors, dimensions)), madeFor: vectors.rows }
      }
      for (let done = 0; done < faces && codes.slab.rows < vectors.rows; done++) encode(codes.slab.push())
      return codes.slab.rows === vectors.rows
    },
    nearest(vector) {
      if (vectors.rows === 0) return undefined
      const unit = normalise(vector, dimensions)
      if (vectors.rows > exactUpTo && rowsOf.size > 1 && codes?.slab.rows === vectors.rows) {
        codes.coder(unit, codes.slab.queryCode())
        const ranking = createRanking(persons)
        rankSome(vectors, unit, sift(codes.slab), ranking)
        const found = ranking.result()
        // All candidates of one person: only a full look tells who comes next.
        if (found?.next !== null) return found
      }
      const ranking = createRanking(persons)
      rankAll(vectors, unit, ranking)
      return ranking.result()
    },
  }
}

/** Compares every row. */
function rankAll(vectors: Slab, unit: Float32Array, ranking: Ranking): void {
  vectors.query().fill(0).set(unit)
  for (let from = 0; from < vectors.rows; from += rowsPerCall) {
    const count = Math.min(rowsPerCall, vectors.rows - from)
    vectors.kernel.dots(vectors.at(from), count, vectors.rowBytes)
    const scores = vectors.kernel.floats(count)
    for (let row = 0; row < count; row++) ranking.consider(from + row, scores[row] as number)
  }
}

/** Compares these rows. */
function rankSome(vectors: Slab, unit: Float32Array, rows: Iterable<number>, ranking: Ranking): void {
  vectors.query().fill(0).set(unit)
  const score = vectors.kernel.floats(1)
  for (const row of rows) {
    vectors.kernel.dots(vectors.at(row), 1, vectors.rowBytes)
    ranking.consider(row, score[0] as number)
  }
}

/** Rows with the codes nearest to the query's. */
function sift(slab: Slab): Uint32Array {
  const rows = new Uint32Array(candidates + rowsPerCall)
  const differences = new Uint16Array(rows.length)
  let kept = 0
  let limit = 8 * codeBytes + 1
  for (let from = 0; from < slab.rows; from += rowsPerCall) {
    const found = slab.kernel.sift(slab.at(from), Math.min(rowsPerCall, slab.rows - from), limit)
    const pairs = slab.kernel.pairs(found)
    for (let k = 0; k < found; k++) {
      rows[kept + k] = from + (pairs[2 * k] as number)
      differences[kept + k] = pairs[2 * k + 1] as number
    }
    kept += found
    if (kept <= candidates) continue
    limit = cutOf(differences, kept)
    kept = keepUpTo(limit, rows, differences, kept)
  }
  return rows.subarray(0, kept)
}

/** The difference up to which there are as many as are wanted. */
function cutOf(differences: Uint16Array, count: number): number {
  const having = new Uint32Array(8 * codeBytes + 1)
  for (let k = 0; k < count; k++) having[differences[k] as number] = (having[differences[k] as number] as number) + 1
  let cut = 0
  for (let sum = having[0] as number; sum < candidates; sum += having[cut] as number) cut += 1
  return cut
}

/** Moves those to the front that differ in less, and of those at the cut as many as there is room for. */
function keepUpTo(cut: number, rows: Uint32Array, differences: Uint16Array, count: number): number {
  let less = 0
  for (let k = 0; k < count; k++) if ((differences[k] as number) < cut) less += 1
  let room = candidates - less
  let kept = 0
  for (let k = 0; k < count; k++) {
    const difference = differences[k] as number
    if (difference > cut || (difference === cut && room-- <= 0)) continue
    rows[kept] = rows[k] as number
    differences[kept] = difference
    kept += 1
  }
  return kept
}

interface Ranking {
  consider(row: number, similarity: number): void
  result(): Nearest | undefined
}

/** Keeps the nearest person and how near the next one is. */
function createRanking(persons: readonly string[]): Ranking {
  let person: string | undefined
  let similarity = Number.NEGATIVE_INFINITY
  let next = Number.NEGATIVE_INFINITY
  return {
    consider(row, value) {
      if (value <= next) return
      const whose = persons[row] as string
      if (whose === person) similarity = Math.max(similarity, value)
      else if (value > similarity) {
        next = similarity
        similarity = value
        person = whose
      } else next = value
    },
    result() {
      if (person === undefined) return undefined
      return { person, similarity, next: Number.isFinite(next) ? next : null }
    },
  }
}

function middleOf(vectors: Slab, dimensions: number): Float32Array {
  const step = Math.max(1, Math.floor(vectors.rows / sample))
  const middle = new Float32Array(dimensions)
  let taken = 0
  for (let row = 0; row < vectors.rows; row += step) {
    const values = vectors.floats(row)
    for (let k = 0; k < dimensions; k++) middle[k] = (middle[k] as number) + (values[k] as number)
    taken += 1
  }
  return middle.map(value => value / taken)
}

/** @throws AppError `internal` for another length and for what has no direction. */
function normalise(vector: Float32Array, dimensions: number): Float32Array {
  let sum = 0
  for (const value of vector) sum += value * value
  if (vector.length !== dimensions || !(sum > 0) || !Number.isFinite(sum)) {
    throw new AppError('internal', `expected a vector of ${dimensions} finite numbers that are not all zero`)
  }
  const scale = 1 / Math.sqrt(sum)
  return vector.map(value => value * scale)
}
