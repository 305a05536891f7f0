import { AppError } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import { floatData, type OnnxSession } from '@hearth/runtime/onnx'

/** What is taken from and divided into the three channels, in the order blue, green, red. */
export interface Normalisation {
  mean: readonly [number, number, number]
  deviation: readonly [number, number, number]
}

/** PaddleOCR's graphs are trained on pictures as OpenCV reads them: blue first. */
const blueFirst = [2, 1, 0] as const

/** An RGB picture as 3 x height x `width`, blue first; what lies right of the picture is 0. */
export function pixelsOf(picture: Picture, width: number, { mean, deviation }: Normalisation): Float32Array {
  const { height, data } = picture
  const tensor = new Float32Array(3 * height * width)
  for (const [plane, channel] of blueFirst.entries()) {
    // A table of the 256 values: the same numbers as computing each, once.
    const values = Float32Array.from(
      { length: 256 },
      (_, value) => (value / 255 - (mean[plane] ?? 0)) / (deviation[plane] ?? 1),
    )
    for (let y = 0; y < height; y++) {
      let at = (plane * height + y) * width
      const end = (y + 1) * picture.width
      for (let pixel = y * picture.width; pixel < end; pixel++) {
        tensor[at++] = values[data[3 * pixel + channel] as number] as number
      }
    }
  }
  return tensor
}

/** Runs a graph of one input and one output on one picture. */
export async function runGraph(
  session: OnnxSession,
  data: Float32Array,
  width: number,
  height: number,
): Promise<{ data: Float32Array; dims: readonly number[] }> {
  const input = session.inputs[0]
  const output = session.outputs[0]
  if (!input || !output) throw new AppError('model-broken', 'a graph has no input or no output')
  const results = await session.run({ [input.name]: { type: 'float32', data, dims: [1, 3, height, width] } }, [
    output.name,
  ])
  const result = results[output.name]
  if (!result) throw new AppError('model-broken', `a graph gives no ${output.name}`)
  return { data: floatData(result), dims: result.dims }
}
