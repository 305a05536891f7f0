import { AppError, type Placement } from '@hearth/contract'
import * as ort from 'onnxruntime-node'

// onnxruntime-node 1.30 reads a Float16Array as having no bytes, so that every float16 input fails on Node 24, where
// the type exists. Without the global type its tensors hold Uint16Array, which works. Processes that run models are
// the only ones to import this file.
Reflect.deleteProperty(globalThis, 'Float16Array')

interface DataOf {
  float32: Float32Array
  /** Bits of IEEE half floats. */
  float16: Uint16Array
  int64: BigInt64Array
  int32: Int32Array
  uint8: Uint8Array
  bool: Uint8Array
}

export type ElementType = keyof DataOf

/** An array of numbers with a shape, as models take and give it. */
export type Tensor = { [T in ElementType]: { type: T; data: DataOf[T]; dims: readonly number[] } }[ElementType]

/** One input or output as the model file declares it. */
export interface TensorInfo {
  name: string
  type: ElementType
  /** A number, or the name of a dimension that may vary. */
  dims: readonly (number | string)[]
}

/** A model file in memory. `run` stops the event loop for as long as it computes: engine processes only. */
export interface OnnxSession {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  /** Computes the named outputs, all of them by default. Feeds must match the declared types. */
  run(feeds: Readonly<Record<string, Tensor>>, fetches?: readonly string[]): Promise<Record<string, Tensor>>
  dispose(): Promise<void>
}

export interface SessionOptions {
  /** Keep freed memory for the next run: faster, at the price of a resident set that stays at its peak. Default true. */
  arena?: boolean
}

let millisecondsInRuns = 0

/** Milliseconds that this process has spent computing, in all its sessions. */
export function timeInRuns(): number {
  return millisecondsInRuns
}

const types: readonly string[] = ['float32', 'float16', 'int64', 'int32', 'uint8', 'bool'] satisfies ElementType[]

function isElementType(type: string): type is ElementType {
  return types.includes(type)
}

function provider(placement: Placement): ort.InferenceSession.ExecutionProviderConfig {
  return placement.device === 'cuda' ? { name: 'cuda', deviceId: placement.deviceIndex } : placement.device
}

/**
 * How every session of Hearth is set up, also those that another library opens.
 * That library must be imported after this file, which takes away a type that it would trip over.
 */
export function onnxSettings(placement: Placement, options: SessionOptions = {}): ort.InferenceSession.SessionOptions {
  const arena = options.arena ?? true
  return {
    executionProviders: [provider(placement)],
    intraOpNumThreads: placement.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    enableCpuMemArena: arena,
    enableMemPattern: arena,
    logSeverityLevel: 3,
    // Threads wait for each other by spinning, but only this many microseconds: enough between two operators of one
    // run (15 % faster on a quiet machine), too short to take whole cores from everything else on a busy one.
    extra: { session: { intra_op: { allow_spinning: '1', spin_duration_us: '50' } } },
  }
}

/**
 * Loads an ONNX file onto a device. By path, never from a buffer: external weights beside the file are found, and no
 * copy of gigabytes passes through JavaScript.
 * Throws `model-broken` where the file cannot be loaded.
 */
export async function openSession(
  path: string,
  placement: Placement,
  options: SessionOptions = {},
): Promise<OnnxSession> {
  let session: ort.InferenceSession
  try {
    session = await ort.InferenceSession.create(path, onnxSettings(placement, options))
  } catch (cause) {
    throw new AppError('model-broken', `cannot load ${path}: ${firstLine(cause)}`, {
      hint: 'Verify the model, or pull it again.',
      cause,
    })
  }
  const inputs = session.inputMetadata.map(described)
  const outputs = session.outputMetadata.map(described)
  return {
    inputs,
    outputs,
    async run(feeds, fetches) {
      const tensors = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toOrt(tensor)]))
      const started = performance.now()
      const results = await session.run(tensors, fetches ?? session.outputNames)
      millisecondsInRuns += performance.now() - started
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(name, value)]))
    },
    dispose: () => session.release(),
  }
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? ''
}

function described(meta: ort.InferenceSession.ValueMetadata): TensorInfo {
  if (!meta.isTensor || !isElementType(meta.type)) {
    throw new AppError('model-broken', `${meta.name} has a type that is not supported`)
  }
  return { name: meta.name, type: meta.type, dims: meta.shape }
}

function toOrt(tensor: Tensor): ort.Tensor {
  return new ort.Tensor(tensor.type, tensor.data, tensor.dims)
}

function fromOrt(name: string, value: ort.OnnxValue): Tensor {
  const { type, data, dims } = value
  if (type === 'float32' && data instanceof Float32Array) return { type, data, dims }
  if (type === 'float16' && data instanceof Uint16Array) return { type, data, dims }
  if (type === 'int64' && data instanceof BigInt64Array) return { type, data, dims }
  if (type === 'int32' && data instanceof Int32Array) return { type, data, dims }
  if ((type === 'uint8' || type === 'bool') && data instanceof Uint8Array) return { type, data, dims }
  throw new AppError('model-broken', `the model's output ${name} has the type ${type}, which is not supported`)
}

const scratch = new DataView(new ArrayBuffer(4))

/** The bits of the nearest half float (ties to even; beyond 65504 infinity). */
function halfBits(value: number): number {
  scratch.setFloat32(0, value)
  const bits = scratch.getUint32(0)
  const sign = (bits >>> 16) & 0x8000
  const exponent = (bits >>> 23) & 0xff
  const fraction = bits & 0x7fffff
  if (exponent === 0xff) return sign | (fraction === 0 ? 0x7c00 : 0x7e00)
  const half = exponent - 112
  if (half >= 31) return sign | 0x7c00
  if (half < -10) return sign
  const mantissa = half > 0 ? fraction : fraction | 0x800000
  const shift = half > 0 ? 13 : 14 - half
  const kept = (half > 0 ? half << 10 : 0) + (mantissa >>> shift)
  const rest = mantissa & ((1 << shift) - 1)
  const middle = 1 << (shift - 1)
  // A carry out of the fraction raises the exponent, which is the right neighbour.
  return sign | (kept + (rest > middle || (rest === middle && (kept & 1) === 1) ? 1 : 0))
}

let halfValues: Float32Array | undefined

/** All 65,536 half floats, made at first use. */
function halfTable(): Float32Array {
  if (halfValues) return halfValues
  halfValues = new Float32Array(0x10000)
  for (let bits = 0; bits < 0x10000; bits++) {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >>> 10) & 31
    const fraction = bits & 0x3ff
    if (exponent === 31) halfValues[bits] = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
    else halfValues[bits] = sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
  }
  return halfValues
}

/** Float32 numbers as half floats, rounded to the nearest. */
export function toHalf(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, halfBits)
}

/** Half floats as float32 numbers, exactly. */
export function fromHalf(bits: Uint16Array): Float32Array {
  const table = halfTable()
  const values = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i] ?? 0] ?? 0
  return values
}

/** Numbers as a tensor of a float type: what a model declares decides, callers compute in float32. */
export function floatTensor(type: ElementType, data: Float32Array, dims: readonly number[]): Tensor {
  if (type === 'float32') return { type, data, dims }
  if (type === 'float16') return { type, data: toHalf(data), dims }
  throw new AppError('model-broken', `the model wants ${type} where numbers with a fraction are given`)
}

/** The numbers of a float tensor as float32. */
export function floatData(tensor: Tensor): Float32Array {
  if (tensor.type === 'float32') return tensor.data
  if (tensor.type === 'float16') return fromHalf(tensor.data)
  throw new AppError('model-broken', `the model gives ${tensor.type} where numbers with a fraction are expected`)
}
