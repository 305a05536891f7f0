import { AppError } from '@hearth/contract'
import { consentDigest, consentText, digestOf, type ReadPicture } from '@hearth/faces/people'
import type { Consent } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { type FormValue, readBody } from '../http/body.ts'
import type { ApiContext } from '../http/env.ts'
import { bodyLimit } from '../intake/read-order.ts'
import { readLive } from '../intake/run-order.ts'

/** Pictures of one request. */
const most = 20
/** Clocks differ. */
const tolerance = 5 * 60_000

const storable = (text: string) => text.isWellFormed() && !/\p{Cc}/u.test(text)
const line = (length: number) =>
  z.string().trim().min(1).max(length).refine(storable, 'control characters are not allowed')

export const personName = line(200)
export const collectionName = line(100)
export const when = z.iso.datetime({ offset: true }).transform(text => new Date(text))
export const later = when.refine(date => date.getTime() > Date.now(), 'expected a time to come')

export const consentInput = z
  .object({
    given_by: line(200).meta({ description: 'The person, or who may answer for them.' }),
    given_at: when
      .refine(date => date.getTime() < Date.now() + tolerance, 'expected a time that has passed')
      .optional()
      .meta({ description: 'Absent: now.' }),
    purpose: line(500).default(consentText.purpose),
    text_version: line(100).meta({
      description: `Version of the text that was shown, such as ${consentText.version}.`,
    }),
    text: z
      .string()
      .max(20_000)
      .optional()
      .meta({ description: 'That text, where it is one of your own: its digest is kept.' }),
  })
  .transform(
    ({ given_by, given_at, purpose, text_version, text }): Consent => ({
      given_by,
      given_at: (given_at ?? new Date()).toISOString(),
      purpose,
      text_version,
      text_digest: text === undefined ? (text_version === consentText.version ? consentDigest : null) : digestOf(text),
    }),
  )

const flag = z.union([
  z.boolean(),
  z.enum(['true', 'false', '1', '0']).transform(text => text === 'true' || text === '1'),
])
const image = z.union([z.string(), z.instanceof(File)])
const imageList = z
  .array(image)
  .min(1)
  .max(most)
  .meta({ description: 'Data URLs, https URLs, upload:<id>, or files of a form. They are not kept.' })
const keepCrop = flag
  .default(false)
  .meta({ description: 'Keep a small picture of each face, encrypted: for the list, and for another embedder later.' })
const model = z.string().min(1).max(200).optional().meta({ description: 'Embedder. Absent: the default one.' })

export const newPictures = z.object({ images: imageList, keep_crop: keepCrop, model })
export const newPerson = newPictures.extend({
  name: personName,
  collection: collectionName.default('default'),
  consent: consentInput,
  expires_at: later.nullish().meta({ description: 'When the person is erased by itself.' }),
})

/** Who is in one picture. */
export const searchInput = z.object({
  image,
  collection: collectionName.default('default'),
  threshold: z.coerce.number().min(0).max(1).optional().meta({ description: 'Absent: that of the collection.' }),
  model,
})

/** What the page of the interface shows: files and texts for pictures. */
const shownImages = { images: z.array(z.string()).meta({ description: imageList.meta()?.description ?? '' }) }
export const shownPictures = newPictures.extend(shownImages)
export const shownSearch = searchInput.extend({
  image: z.string().meta({ description: 'A data URL, an https URL or upload:<id>; in a form a file.' }),
})
export const shownPerson = newPerson.extend(shownImages)

/** A body of JSON, or a form: pictures as parts named `image` or `images`, the consent as JSON. @throws AppError. */
export async function readEnrolment<S extends z.ZodType>(
  deps: ApiDeps,
  c: ApiContext,
  schema: S,
): Promise<z.output<S>> {
  const body = await readBody(c, bodyLimit(deps))
  const parsed = schema.safeParse(body.kind === 'json' ? body.value : fromForm(body.fields))
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues
  const path = (issues[0]?.path ?? []).map(part => (typeof part === 'symbol' ? String(part) : part))
  const text = issues.map(issue => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ')
  throw new AppError('invalid-input', text.slice(0, 2000), { path, hint: 'The page /api/docs describes this route.' })
}

/** Reads pictures when their turn comes, so that not all of them are in memory at once. */
export function pictureReaders(deps: ApiDeps, owner: string, images: readonly (string | File)[]): ReadPicture[] {
  return images.map(image => () => readLive(deps, owner, 'image', image))
}

function fromForm(fields: readonly [string, FormValue][]): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const images: FormValue[] = []
  let image: FormValue | undefined
  for (const [name, value] of fields) {
    if (name === 'image' || name === 'images' || name === 'images[]') {
      images.push(value)
      image ??= value
    } else if (name === 'consent' && typeof value === 'string') found.consent = objectOf(value)
    else if (name.startsWith('consent.')) found.consent = { ...(found.consent ?? {}), [name.slice(8)]: value }
    else if (value !== '') found[name] = value
  }
  return { ...found, images, image }
}

function objectOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid-input', 'consent: not valid JSON', { path: ['consent'], cause })
  }
}
