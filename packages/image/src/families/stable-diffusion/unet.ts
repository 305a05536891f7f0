import { AppError } from '@hearth/contract'
import { floatData, floatTensor, type OnnxSession, type Tensor, type TensorInfo } from '@hearth/runtime/onnx'
import type { Layout } from './layout.ts'
import type { Embedding } from './text-encoder.ts'

/** Conditions of one denoising run, ready to be fed: the same tensors serve every step. */
export type Conditions = Readonly<Record<string, Tensor>>

export interface LatentShape {
  pictures: number
  channels: number
  height: number
  width: number
}

/** What the denoiser is told besides the words. */
export interface ConditionOptions {
  /** One for each row of the batch, in its order: negatives first. */
  rows: readonly Embedding[]
  guidance: number
  /** Pixels of the picture. */
  width: number
  height: number
  /** Rows from this one on are positive. */
  firstPositive: number
}

export interface Unet {
  /** Tokens that the graph is fixed to; undefined if it takes any number. */
  readonly fixedTokens: number | undefined
  conditions(options: ConditionOptions): Conditions
  /** Predicts from `rows` x channels x height x width numbers. */
  predict(sample: Float32Array, shape: LatentShape, timestep: number, conditions: Conditions): Promise<Float32Array>
}

const aesthetic = { positive: 6, negative: 2.5 }

function rowsOf(parts: readonly Float32Array[]): Float32Array {
  const width = parts[0]?.length ?? 0
  const all = new Float32Array(parts.length * width)
  for (const [row, part] of parts.entries()) all.set(part, row * width)
  return all
}

/** Sinusoidal embedding of the guidance scale, as latent consistency models were trained with it. */
export function guidanceEmbedding(guidance: number, width: number): Float32Array {
  const half = Math.floor(width / 2)
  const embedding = new Float32Array(width)
  for (let i = 0; i < half; i++) {
    const angle = (guidance - 1) * 1000 * Math.exp((-Math.log(10_000) * i) / (half - 1))
    embedding[i] = Math.sin(angle)
    embedding[half + i] = Math.cos(angle)
  }
  return embedding
}

function pooledOf(row: Embedding): Float32Array {
  if (row.pooled) return row.pooled
  throw new AppError('model-broken', 'the denoiser wants a pooled embedding and no text encoder gives one')
}

function timeIds(options: ConditionOptions, row: number, layout: Layout): Float32Array {
  const { width, height } = options
  const score = row < options.firstPositive ? aesthetic.negative : aesthetic.positive
  return Float32Array.from(layout.aestheticsScore ? [height, width, 0, 0, score] : [height, width, 0, 0, height, width])
}

/** Wraps the denoiser's graph. Inputs are told apart by name; one that is not known is refused at once. */
export function openUnet(session: OnnxSession, layout: Layout): Unet {
  const inputs = new Map(session.inputs.map(input => [input.name, input]))
  const input = (name: string): TensorInfo => {
    const found = inputs.get(name)
    if (!found) throw new AppError('model-broken', `the denoiser has no input ${name}`)
    return found
  }
  const [sample, timestep, words] = [input('sample'), input('timestep'), input('encoder_hidden_states')]
  const known = ['sample', 'timestep', 'encoder_hidden_states', 'text_embeds', 'time_ids', 'timestep_cond']
  const unknown = [...inputs.keys()].filter(name => !known.includes(name))
  if (unknown.length > 0) {
    throw new AppError('model-broken', `the denoiser wants ${unknown.join(', ')}, which this version cannot give`)
  }
  const output = session.outputs[0]?.name ?? ''
  const tokens = words.dims[1]
  return {
    fixedTokens: typeof tokens === 'number' ? tokens : undefined,
    conditions(options) {
      const { rows } = options
      const count = rows.length
      const [first] = rows
      if (!first) throw new AppError('internal', 'no conditions given')
      const feeds: Record<string, Tensor> = {
        [words.name]: floatTensor(words.type, rowsOf(rows.map(row => row.hidden)), [count, first.tokens, first.width]),
      }
      const float = (name: string, make: (row: number) => Float32Array) => {
        const declared = inputs.get(name)
        if (!declared) return
        const parts = rows.map((_, row) => make(row))
        feeds[name] = floatTensor(declared.type, rowsOf(parts), [count, parts[0]?.length ?? 0])
      }
      float('text_embeds', row => pooledOf(rows[row] ?? first))
      float('time_ids', row => timeIds(options, row, layout))
      float('timestep_cond', () => guidanceEmbedding(options.guidance, layout.guidanceWidth ?? 256))
      return feeds
    },
    async predict(values, shape, time, conditions) {
      const { pictures, channels, height, width } = shape
      const results = await session.run(
        {
          ...conditions,
          [sample.name]: floatTensor(sample.type, values, [pictures, channels, height, width]),
          [timestep.name]: timeTensor(timestep, time, pictures),
        },
        [output],
      )
      const predicted = results[output]
      if (!predicted) throw new AppError('model-broken', 'the denoiser gave nothing')
      return floatData(predicted)
    },
  }
}

/** A timestep in the type and shape that the graph declares: whole numbers are rounded, a batch gets one each. */
function timeTensor(info: TensorInfo, time: number, rows: number): Tensor {
  const perRow = typeof info.dims[0] === 'string' && info.dims[0].includes('batch')
  const dims = info.dims.length === 0 ? [] : [perRow ? rows : 1]
  const count = perRow ? rows : 1
  if (info.type === 'int64')
    return { type: 'int64', data: new BigInt64Array(count).fill(BigInt(Math.round(time))), dims }
  if (info.type === 'int32') return { type: 'int32', data: new Int32Array(count).fill(Math.round(time)), dims }
  return floatTensor(info.type, new Float32Array(count).fill(time), dims)
}
