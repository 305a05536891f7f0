import { AppError, fieldProblem } from '@hearth/contract'
import { z } from 'zod'

/** Forms carry numbers as text. */
const number = z.preprocess(
  value => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
  z.number(),
)
const flag = z.preprocess(value => (value === 'true' ? true : value === 'false' ? false : value), z.boolean())
const size = z.string().regex(/^(auto|\d{1,5}\s*[x*×]\s*\d{1,5})$/i, 'expected "auto" or a size such as "512x512"')
const file = z.instanceof(File)
/** A picture in a form or in JSON: a file, an address, a data URL, or an object that names one of them. */
const picture = z.union(
  [
    file,
    z.string().min(1),
    z.object({ image_url: z.union([z.string().min(1), z.object({ url: z.string().min(1) })]) }),
    z.object({ file_id: z.string().min(1) }),
  ],
  { error: 'expected a file, a data URL, an https URL, {"image_url"} or {"file_id"}' },
)
export type GivenPicture = z.output<typeof picture>

/**
 * What OpenAI's and SiliconFlow's clients may say about pictures. Fields that have no effect here (`user`, `style`,
 * `moderation`, `quality` ...) are let through; those that would change the picture and cannot be met are refused.
 */
export const pictureWish = z.looseObject({
  prompt: z.string(),
  model: z.string().optional(),
  n: number.optional(),
  batch_size: number.optional(),
  size: size.optional(),
  image_size: size.optional(),
  num_inference_steps: number.optional(),
  guidance_scale: number.optional(),
  cfg: number.optional(),
  negative_prompt: z.string().optional(),
  seed: number.optional(),
  strength: number.optional(),
  input_fidelity: z.enum(['high', 'low']).optional(),
  response_format: z.enum(['url', 'b64_json']).default('url'),
  output_format: z.enum(['png', 'jpeg', 'webp']).optional(),
  output_compression: number.pipe(z.int().min(0).max(100)).optional(),
  stream: flag.default(false),
  partial_images: number.pipe(z.int().min(0).max(3)).default(0),
  background: z.enum(['auto', 'opaque'], 'only opaque backgrounds can be drawn').optional(),
  image: z.union([picture, z.array(picture)]).optional(),
  images: z.array(picture).optional(),
  image2: z.undefined('only one picture can be taken').optional(),
  image3: z.undefined('only one picture can be taken').optional(),
  mask: picture.optional(),
  markup: z.undefined('overlays cannot be taken; draw on the picture itself').optional(),
})
export type PictureWish = z.output<typeof pictureWish>

/** Reads the fields of a JSON body or a form. Null and empty text mean: not said. @throws AppError `invalid-input`. */
export function readPictureWish(fields: unknown): PictureWish {
  const parsed = z.record(z.string(), z.unknown()).transform(said).pipe(pictureWish).safeParse(fields)
  if (parsed.success) return parsed.data
  const { path, text } = fieldProblem(parsed.error, 'body')
  throw new AppError('invalid-input', text, { path, hint: 'See /api/docs for the fields.', cause: parsed.error })
}

function said(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== null && (value !== '' || name === 'prompt')),
  )
}

/** A form's fields by name; `image[]` and repeated names become lists, as OpenAI's clients send several files. */
export function fieldsOfForm(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [rawName, value] of entries) {
    const list = rawName.endsWith('[]')
    const name = list ? rawName.slice(0, -2) : rawName
    const before = fields[name]
    if (before === undefined) fields[name] = list ? [value] : value
    else fields[name] = Array.isArray(before) ? [...before, value] : [before, value]
  }
  return fields
}
