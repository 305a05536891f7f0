import { join } from 'node:path'
import { AppError, type Placement } from '@hearth/contract'
import { floatData, type OnnxSession, openSession, type Tensor, type TensorInfo } from '@hearth/runtime/onnx'
import type { EncoderLayout } from './layout.ts'
import type { Row } from './row.ts'

/** Numbers with a shape that a graph gave. */
export interface Result {
  data: Float32Array
  dims: readonly number[]
}

export interface EncoderGraph {
  /** Names of what it gives. */
  readonly outputs: readonly TensorInfo[]
  /** One output for rows that are filled up on the right to the length of the longest. */
  run(rows: readonly Row[], output: string): Promise<Result>
  dispose(): Promise<void>
}

type Fill = (row: Row, at: number) => number

/** What exports of encoders ask for. */
const feeds: Readonly<Record<string, (pad: number) => Fill>> = {
  input_ids: pad => (row, at) => row.ids[at] ?? pad,
  attention_mask: () => (row, at) => Number(at < row.ids.length),
  token_type_ids: () => (row, at) => row.types[at] ?? 0,
  position_ids: () => (_, at) => at,
}

/** Opens a checkpoint's graph. @throws AppError `model-broken` where it is none that reads rows of tokens. */
export async function openGraph(
  dir: string,
  layout: Pick<EncoderLayout, 'graph'>,
  pad: number,
  placement: Placement,
): Promise<EncoderGraph> {
  const path = join(dir, layout.graph)
  const session: OnnxSession = await openSession(path, placement)
  const strange = session.inputs.find(({ name }) => !(name in feeds))
  if (strange || session.inputs.length === 0) {
    await session.dispose()
    throw new AppError('model-broken', `${path} asks for ${strange?.name ?? 'nothing'}, which encoders do not`, {
      hint: 'Graphs that write text, with a memory of what came before, are not read here.',
    })
  }
  return {
    outputs: session.outputs,
    async run(rows, output) {
      const width = Math.max(1, ...rows.map(({ ids }) => ids.length))
      const tensors = session.inputs.map(({ name, type }) => {
        const fill = feeds[name]?.(pad) ?? (() => 0)
        return [name, integers(type, rows, width, fill)] as const
      })
      const { [output]: result } = await session.run(Object.fromEntries(tensors), [output])
      if (!result) throw new AppError('model-broken', `${path} gives no ${output}`)
      return { data: floatData(result), dims: result.dims }
    },
    dispose: () => session.dispose(),
  }
}

function integers(type: string, rows: readonly Row[], width: number, fill: Fill): Tensor {
  const dims = [rows.length, width]
  const at = (index: number) => {
    const row = rows[Math.floor(index / width)]
    return row ? fill(row, index % width) : 0
  }
  const length = rows.length * width
  if (type === 'int32') return { type, data: Int32Array.from({ length }, (_, index) => at(index)), dims }
  return { type: 'int64', data: BigInt64Array.from({ length }, (_, index) => BigInt(at(index))), dims }
}
