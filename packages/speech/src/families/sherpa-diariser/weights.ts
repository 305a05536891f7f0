import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@hearth/contract'
import { z } from 'zod'
import { checkedMetadata, describeOnnx } from '../../sherpa/onnx-file.ts'

/** Samples a second: all published weights want these. */
export const diariserRate = 16_000

const count = z.coerce.number().int().positive()
const rate = z.coerce.number().pipe(z.literal(diariserRate))

const segmentation = z
  .object({
    sample_rate: rate,
    window_size: count,
    receptive_field_size: count,
    receptive_field_shift: count,
    num_speakers: count,
    powerset_max_classes: count.pipe(z.literal(2)),
    num_classes: count,
  })
  .refine(({ num_speakers: n, num_classes }) => num_classes === 1 + n + (n * (n - 1)) / 2, {
    error: 'num_classes does not fit num_speakers',
  })

const common = { sample_rate: rate, output_dim: count, language: z.string() }
const general = { ...common, normalize_samples: z.enum(['0', '1']) }
const embedding = z.discriminatedUnion('framework', [
  z.object({ framework: z.literal('wespeaker'), ...general }),
  z.object({ framework: z.literal('3d-speaker'), ...general }),
  z.object({
    framework: z.literal('nemo'),
    ...common,
    feat_dim: count,
    window_size_ms: count,
    window_stride_ms: count,
    feature_normalize_type: z.enum(['', 'per_feature']).default(''),
  }),
])

/** Paths of the two graphs of a diariser. */
export interface DiariserWeights {
  segmentation: string
  embedding: string
  /** Samples that the segmentation sees at a time. */
  windowSize: number
}

/**
 * Finds both graphs of a folder by what their metadata says, whatever they are called, and checks all of it: sherpa ends
 * the process over what it misses.
 * @throws AppError `model-broken`, with the file and what is wrong with it.
 */
export async function findWeights(dir: string): Promise<DiariserWeights> {
  const names = (await readdir(dir)).filter(name => name.endsWith('.onnx')).sort()
  const graphs = await Promise.all(names.map(name => describeOnnx(join(dir, name))))
  const parts = graphs.find(({ metadata }) => 'powerset_max_classes' in metadata)
  const voices = graphs.find(({ metadata }) => 'output_dim' in metadata)
  if (!parts || !voices) {
    const missing = parts ? 'an embedding of voices' : 'a segmentation'
    throw new AppError('model-broken', `there is no ONNX file with the metadata of ${missing} in ${dir}`, {
      hint: 'A diariser is a folder with two files that were converted for sherpa-onnx: a segmentation of pyannote and an embedding of 3D-Speaker, WeSpeaker or NeMo.',
    })
  }
  const { window_size: windowSize } = checkedMetadata(segmentation, parts)
  checkedMetadata(embedding, voices)
  return { segmentation: parts.path, embedding: voices.path, windowSize }
}
