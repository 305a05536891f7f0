import type { AppError } from '@hearth/contract'
import type { ErrorAnswer } from '../../http/errors.ts'
import { statusOf } from '../../http/errors.ts'

/** A1111 fails, rather than refuses, when it is set to a checkpoint that it does not have. */
export function a1111Status(error: AppError) {
  return error.path?.[0] === 'sd_model_checkpoint' ? 500 : statusOf(error)
}

/** Fields of our tasks under the names that clients of this dialect know. */
const names: Record<string, string> = {
  guidance_scale: 'cfg_scale',
  strength: 'denoising_strength',
  sampler: 'sampler_name',
  image: 'init_images',
  n: 'batch_size',
}

/** A1111's error body: clients show one of `detail` and `errors`, so both say everything. */
export function a1111ErrorBody(error: AppError) {
  const { hint } = error
  const message = error.message.replace(/(?<=^|; )\w+(?=: )/g, name => names[name] ?? name)
  const text = hint === undefined ? message : `${message}${/[.!?]$/.test(message) ? '' : '.'} ${hint}`
  return { error: a1111Status(error) < 500 ? 'HTTPException' : 'RuntimeError', detail: text, body: '', errors: text }
}

export const a1111Error: ErrorAnswer = (c, error) => {
  if (error.code === 'unauthenticated') c.header('www-authenticate', 'Basic realm="Hearth"')
  return c.json(a1111ErrorBody(error), a1111Status(error))
}
