import { AppError, type Checkpoint, score } from '@hearth/contract'

/** The `threshold` among a checkpoint's defaults: from which cosine on two faces are taken for one person's. */
export function thresholdOf(checkpoint: Checkpoint): number | undefined {
  const { threshold } = checkpoint.defaults
  const parsed = score.optional().safeParse(threshold)
  if (parsed.success) return parsed.data
  throw new AppError('model-broken', `${checkpoint.id} has the threshold ${JSON.stringify(threshold)}`, {
    hint: 'It has to be a number from 0 to 1.',
  })
}
