import { AppError } from '@hearth/contract'
import { floatData, floatTensor, type OnnxSession } from '@hearth/runtime/onnx'
import type { Layout } from './layout.ts'

/** Between pixels and latents, one picture at a time. */
export interface Vae {
  /** channels x height x width latents to 3 x (height x scale) x (width x scale) in about [-1, 1]. */
  decode(latents: Float32Array, height: number, width: number): Promise<Float32Array>
  /** Whether the model has an encoder. */
  readonly encodes: boolean
  /** 3 x height x width pixels in [-1, 1] to latents: the mean, so that the same picture gives the same latents. */
  encode(pixels: Float32Array, height: number, width: number): Promise<Float32Array>
}

async function runSingle(session: OnnxSession, values: Float32Array, dims: readonly number[]): Promise<Float32Array> {
  const [input] = session.inputs
  const [output] = session.outputs
  if (!input || !output) throw new AppError('model-broken', 'the autoencoder has no input or no output')
  const results = await session.run({ [input.name]: floatTensor(input.type, values, dims) }, [output.name])
  const result = results[output.name]
  if (!result) throw new AppError('model-broken', 'the autoencoder gave nothing')
  return floatData(result)
}

export function openVae(decoder: OnnxSession, encoder: OnnxSession | undefined, layout: Layout): Vae {
  const { latentChannels, scalingFactor, shiftFactor, vaeScale } = layout
  return {
    encodes: encoder !== undefined,
    async decode(latents, height, width) {
      const scaled = latents.map(value => value / scalingFactor + shiftFactor)
      const pixels = await runSingle(decoder, scaled, [1, latentChannels, height, width])
      if (Number.isNaN(pixels[0])) {
        throw new AppError('model-broken', 'the autoencoder gives no numbers (an overflow of half precision)', {
          hint: 'Use a checkpoint whose vae_decoder is in fp32 or made for fp16.',
        })
      }
      return pixels
    },
    async encode(pixels, height, width) {
      if (!encoder) {
        throw new AppError('invalid-input', 'this model has no vae_encoder and cannot start from a picture', {
          hint: 'Choose another model, or export this one with its encoder.',
        })
      }
      const encoded = await runSingle(encoder, pixels, [1, 3, height, width])
      // Exports give the sample, the mean, or the mean with the variance behind it: the mean comes first.
      const mean = encoded.subarray(0, (latentChannels * height * width) / vaeScale ** 2)
      return mean.map(value => (value - shiftFactor) * scalingFactor)
    },
  }
}
