import { AppError } from '@hearth/contract'
import { z } from 'zod'

const score = z.number().min(0).max(1)
/** What is not known is left out: newer clients send more. */
const model = z.looseObject({ modelName: z.string().min(1).max(200) })
const detectionOptions = z.looseObject({ minScore: score.optional(), maxResolution: z.number().positive().optional() })
const detection = model.extend({ options: detectionOptions.default({}) })
const recognition = model.extend({ options: z.looseObject({ minScore: score.optional() }).default({}) })

/** What one request asks for; several at once. */
const entries = z
  .strictObject({
    clip: z.strictObject({ visual: model }).or(z.strictObject({ textual: model })),
    'facial-recognition': z.strictObject({ detection, recognition }),
    ocr: z.strictObject({ detection, recognition }),
  })
  .partial()
  .refine(given => Object.keys(given).length > 0)
export type Entries = z.output<typeof entries>

/** @throws AppError `invalid-input` in the words that the original has for all that it does not understand. */
export function readEntries(text: string | undefined): Entries {
  let value: unknown
  try {
    value = JSON.parse(text ?? '')
  } catch (cause) {
    throw misunderstood(cause)
  }
  const parsed = entries.safeParse(value)
  if (parsed.success) return parsed.data
  throw misunderstood(parsed.error)
}

function misunderstood(cause: unknown): AppError {
  return new AppError('invalid-input', 'Invalid request format.', { cause })
}
