import { AppError, type Checkpoint, type Placement } from '@hearth/contract'
import { type Diariser, library } from '../../sherpa/library.ts'
import { findWeights } from './weights.ts'

/** What tells voices apart, in memory. */
export interface OpenDiariser {
  diariser: Diariser
  /** Samples that are looked at together. */
  windowSize: number
}

/** Seconds, as pyannote's own pipeline has them for meetings. */
const shortest = { minDurationOn: 0.3, minDurationOff: 0.5 }

/** @throws AppError `unavailable` without the engine, `model-broken` where a file is missing or wrong. */
export async function openDiariser({ dir }: Checkpoint, { threads }: Placement): Promise<OpenDiariser> {
  const { OfflineSpeakerDiarization } = await library()
  const { segmentation, embedding, windowSize } = await findWeights(dir)
  const common = { numThreads: threads, provider: 'cpu', debug: 0 } as const
  try {
    const diariser = new OfflineSpeakerDiarization({
      segmentation: { pyannote: { model: segmentation }, ...common },
      embedding: { model: embedding, ...common },
      clustering: { numClusters: -1, threshold: 0.5 },
      ...shortest,
    })
    return { diariser, windowSize }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('model-broken', `cannot load the weights in ${dir}: ${reason}`, {
      hint: 'Verify the model, or pull it again.',
      cause,
    })
  }
}
