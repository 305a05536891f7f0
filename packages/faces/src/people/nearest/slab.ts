import { AppError } from '@hearth/contract'
import { type Kernel, openKernel, queryBytes, rowsAt } from './kernel.ts'

const page = 64 * 1024

/** Rows of equal length in a memory that the kernel reads. It grows and never shrinks. */
export interface Slab {
  readonly kernel: Kernel
  readonly rowBytes: number
  readonly rows: number
  at(row: number): number
  /** What is compared with the rows. Views are void after the next `push`. */
  query(): Float32Array
  queryCode(): Uint8Array
  floats(row: number): Float32Array
  bytes(row: number): Uint8Array
  /** Adds an empty row and gives its number. */
  push(): number
  /** Puts the last row in the place of this one. */
  drop(row: number): void
}

/** @param rowBytes a multiple of 4. */
export function openSlab(rowBytes: number): Slab {
  if (rowBytes > queryBytes) throw new AppError('invalid-input', `vectors of ${rowBytes / 4} numbers are too long`)
  const memory = new WebAssembly.Memory({ initial: rowsAt / page })
  const kernel = openKernel(memory)
  let rows = 0
  const at = (row: number) => rowsAt + row * rowBytes
  const bytes = (row: number) => new Uint8Array(memory.buffer, at(row), rowBytes)
  return {
    kernel,
    rowBytes,
    get rows() {
      return rows
    },
    at,
    query: () => new Float32Array(memory.buffer, 0, rowBytes / 4),
    queryCode: () => new Uint8Array(memory.buffer, 0, rowBytes),
    floats: row => new Float32Array(memory.buffer, at(row), rowBytes / 4),
    bytes,
    push() {
      const missing = at(rows + 1) - memory.buffer.byteLength
      // By a quarter at least, so that many small steps do not copy the whole each time.
      if (missing > 0) memory.grow(Math.ceil(Math.max(missing, memory.buffer.byteLength / 4) / page))
      rows += 1
      return rows - 1
    },
    drop(row) {
      rows -= 1
      if (row !== rows) bytes(row).set(bytes(rows))
      // What was a face does not stay behind.
      bytes(rows).fill(0)
    },
  }
}
