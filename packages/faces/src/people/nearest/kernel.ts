/**
 * The two inner loops of a search in WebAssembly: the same on every platform, and about three times as fast as
 * JavaScript, which has neither four-lane floats nor a count of bits. A test holds both against plain loops.
 */
import {
  add,
  add64,
  addFloat,
  addVector,
  advance,
  again,
  assemble,
  constant,
  count64,
  get,
  i32,
  lane,
  lessUnsigned,
  load64,
  loadVector,
  loop,
  multiplyVector,
  type Procedure,
  set,
  shiftLeft,
  store,
  storeFloat,
  subtract,
  tee,
  v128,
  when,
  wrap,
  xor64,
  zeroVector,
} from '../../webassembly.ts'

/** What is compared with the rows lies at the start of the memory. */
export const queryBytes = 32 * 1024
/** Then come the results of one call. */
const resultsAt = queryBytes
/** Then the rows. */
export const rowsAt = 64 * 1024
/** Rows of one call at most: their results must fit. */
export const rowsPerCall = 4096

export interface Kernel {
  /** Dot products of rows with the query, both of `bytes` bytes: 32-bit floats, a multiple of 16 of them. */
  dots(at: number, rows: number, bytes: number): void
  /**
   * Rows of `codeBytes` bytes that differ from the query in fewer bits than `limit`. Returns how many; their numbers
   * (from 0 at `at`) and differences are the results.
   */
  sift(at: number, rows: number, limit: number): number
  /** Results of `dots`. */
  floats(count: number): Float32Array
  /** Results of `sift`: number and difference, by turns. */
  pairs(count: number): Uint32Array
}

/** Length of a code. */
export const codeBytes = 64

let compiled: WebAssembly.Module | undefined

/** The loops on one memory of at least one page. */
export function openKernel(memory: WebAssembly.Memory): Kernel {
  compiled ??= assemble([dotProducts(), siftCodes()])
  const { exports } = new WebAssembly.Instance(compiled, { m: { m: memory } })
  const { dots, sift } = exports as { dots: Kernel['dots']; sift: Kernel['sift'] }
  return {
    dots,
    sift,
    floats: count => new Float32Array(memory.buffer, resultsAt, count),
    pairs: count => new Uint32Array(memory.buffer, resultsAt, 2 * count),
  }
}

/** dots(at, rows, bytes): locals 3 offset, 4 result; 5 to 8 sums of four lanes each. */
function dotProducts(): Procedure {
  const sums = [5, 6, 7, 8]
  const body = [
    loop(
      ...sums.map(sum => [...zeroVector, ...set(sum)]),
      [...constant(0), ...set(3)],
      loop(
        ...sums.flatMap((sum, quarter) => [
          get(sum),
          [...get(0), ...get(3), ...add, ...loadVector(16 * quarter)],
          [...get(3), ...loadVector(16 * quarter)],
          [...multiplyVector, ...addVector, ...set(sum)],
        ]),
        [...get(3), ...constant(64), ...add, ...tee(3)],
        [...get(2), ...lessUnsigned, ...again],
      ),
      [...get(5), ...get(6), ...addVector, ...get(7), ...addVector, ...get(8), ...addVector, ...set(5)],
      [...get(4), ...get(5), ...lane(0), ...get(5), ...lane(1), ...addFloat],
      [...get(5), ...lane(2), ...addFloat, ...get(5), ...lane(3), ...addFloat, ...storeFloat(resultsAt)],
      advance(4, 4),
      [...get(0), ...get(2), ...add, ...set(0)],
      [...get(1), ...constant(1), ...subtract, ...tee(1), ...again],
    ),
  ]
  const locals = [
    [2, i32],
    [4, v128],
  ] as const
  return { name: 'dots', parameters: [i32, i32, i32], results: [], locals, body: body.flat() }
}

/** sift(at, rows, limit): locals 3 number of the row, 4 found, 5 difference. */
function siftCodes(): Procedure {
  const words = Array.from({ length: codeBytes / 8 }, (_, word) => 8 * word)
  const body = [
    loop(
      ...words.map(offset => [...get(0), ...load64(offset), ...constant(0), ...load64(offset), ...xor64, ...count64]),
      ...words.slice(1).map(() => add64),
      [...wrap, ...tee(5), ...get(2), ...lessUnsigned],
      when(
        [...get(4), ...constant(3), ...shiftLeft, ...get(3), ...store(resultsAt)],
        [...get(4), ...constant(3), ...shiftLeft, ...get(5), ...store(resultsAt + 4)],
        advance(4, 1),
      ),
      advance(0, codeBytes),
      [...get(3), ...constant(1), ...add, ...tee(3), ...get(1), ...lessUnsigned, ...again],
    ),
    get(4),
  ]
  return { name: 'sift', parameters: [i32, i32, i32], results: [i32], locals: [[3, i32]], body: body.flat() }
}
