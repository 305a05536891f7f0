import { z } from 'zod'
import { required } from './model-folder.ts'
import { checkedMetadata, describeOnnx, requireShape } from './onnx-file.ts'

const metadata = z.object({ model_type: z.enum(['vocos', 'matcha-tts vocos', 'hifigan']) })

/** Path of what makes sound of spectra, beside the model that makes these. @throws AppError `model-broken`. */
export async function findVocoder(dir: string, names: readonly string[]): Promise<string> {
  const what = 'the vocoder (such as vocos-22khz-univ.onnx of the vocoder models of sherpa-onnx)'
  const graph = await describeOnnx(required(dir, names, /^(vocos|hifigan|vocoder).*\.onnx$/, what))
  const { model_type } = checkedMetadata(metadata, graph)
  requireShape(graph, { inputs: 1, outputs: model_type === 'hifigan' ? 1 : 3 })
  return graph.path
}
