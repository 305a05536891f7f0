/**
 * WebAssembly, put together opcode by opcode: for the few loops in which four-lane numbers are several times as fast as
 * JavaScript. The numbers are those of https://webassembly.github.io/spec/core/binary/.
 */

export const i32 = 0x7f
export const f32 = 0x7d
export const v128 = 0x7b

export const get = (local: number) => [0x20, local]
export const set = (local: number) => [0x21, local]
export const tee = (local: number) => [0x22, local]
export const constant = (value: number) => [0x41, ...signed(value)]
export const add = [0x6a]
export const subtract = [0x6b]
export const shiftLeft = [0x74]
export const lessUnsigned = [0x49]
export const loop = (...body: number[][]) => [0x03, 0x40, ...body.flat(), 0x0b]
/** Leads back to the begin of the loop while the number on the stack is not 0. */
export const again = [0x0d, 0]
export const when = (...body: number[][]) => [0x04, 0x40, ...body.flat(), 0x0b]
export const advance = (local: number, by: number) => [...get(local), ...constant(by), ...add, ...set(local)]

export const load = (offset: number) => [0x28, 2, ...unsigned(offset)]
export const store = (offset: number) => [0x36, 2, ...unsigned(offset)]
export const load64 = (offset: number) => [0x29, 3, ...unsigned(offset)]
export const xor64 = [0x85]
export const count64 = [0x7b]
export const add64 = [0x7c]
/** 64 bits to 32. */
export const wrap = [0xa7]
export const addFloat = [0x92]
export const storeFloat = (offset: number) => [0x38, 2, ...unsigned(offset)]

const vector = (opcode: number, ...rest: number[]) => [0xfd, ...unsigned(opcode), ...rest]
/** Addresses need not be multiples of anything: these read and write 16 bytes from wherever. */
export const loadVector = (offset: number) => vector(0x00, 0, ...unsigned(offset))
export const storeVector = (offset: number) => vector(0x0b, 0, ...unsigned(offset))
/** One 32-bit number in all four lanes. */
export const loadFour = (offset: number) => vector(0x09, 0, ...unsigned(offset))
/** Four bytes, and twelve of 0. */
export const loadBytes = (offset: number) => vector(0x5c, 0, ...unsigned(offset))
export const zeroVector = vector(0x0c, ...new Array<number>(16).fill(0))
export const splat = vector(0x13)
export const lane = (number: number) => vector(0x1f, number)
export const addVector = vector(0xe4)
export const multiplyVector = vector(0xe6)
/** The first four bytes as floats: by way of 16 and of 32 bits. */
export const bytesToFloats = [...vector(0x89), ...vector(0xa9), ...vector(0xfa)]

export interface Procedure {
  name: string
  parameters: readonly number[]
  results: readonly number[]
  /** How many of which type, beside the parameters, and after them. */
  locals: readonly (readonly [number, number])[]
  body: readonly number[]
}

/** A module of these procedures on a memory that it is given as `m.m`. */
export function assemble(procedures: readonly Procedure[]): WebAssembly.Module {
  const section = (id: number, items: readonly (readonly number[])[]) => {
    const content = [items.length, ...items.flat()]
    return [id, ...unsigned(content.length), ...content]
  }
  return new WebAssembly.Module(
    Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, procedures.map(typeOf)),
      ...section(2, [[...text('m'), ...text('m'), 2, 0, 1]]),
      ...section(
        3,
        procedures.map((_, index) => [index]),
      ),
      ...section(
        7,
        procedures.map(({ name }, index) => [...text(name), 0, index]),
      ),
      ...section(10, procedures.map(codeOf)),
    ]),
  )
}

const text = (name: string) => [name.length, ...Buffer.from(name)]

function typeOf({ parameters, results }: Procedure): number[] {
  return [0x60, parameters.length, ...parameters, results.length, ...results]
}

function codeOf({ locals, body }: Procedure): number[] {
  const content = [locals.length, ...locals.flat(), ...body, 0x0b]
  return [...unsigned(content.length), ...content]
}

function unsigned(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest]
    bytes.push((rest & 0x7f) | 0x80)
  }
}

function signed(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; ) {
    const byte = rest & 0x7f
    rest >>= 7
    const sign = byte & 0x40 ? -1 : 0
    if (rest === sign) return [...bytes, byte]
    bytes.push(byte | 0x80)
  }
}
