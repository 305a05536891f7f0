import { AppError } from '@hearth/contract'
import { type Body, readForm } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'

export interface ImageForm {
  image: File | string
  model: string | undefined
  /** The first text of that name; undefined if there is none. */
  text(name: string): string | undefined
}

/**
 * A form with one picture in `image`, as the recognition routes take it.
 * @throws AppError `invalid-input` for none or several, at `image`.
 */
export async function readImageForm(c: ApiContext, limit: number): Promise<ImageForm> {
  const { fields } = await readForm(c, limit)
  const given = fields.filter(([name]) => name === 'image').map(([, value]) => value)
  const [image, another] = given
  if (image === undefined || (typeof image !== 'string' && image.size === 0) || image === '') throw missing(fields)
  if (another !== undefined) {
    throw new AppError('invalid-input', `image: expected one picture, got ${given.length}`, {
      path: ['image'],
      hint: 'Send one request for each picture.',
    })
  }
  const text = (name: string) => {
    const value = fields.find(field => field[0] === name)?.[1]
    return typeof value === 'string' ? value : undefined
  }
  return { image, model: text('model') || undefined, text }
}

function missing(fields: Extract<Body, { kind: 'form' }>['fields']): AppError {
  const other = fields.find(([name, value]) => name !== 'image' && typeof value !== 'string')?.[0]
  const got = other === undefined ? '' : `; the form has a file in ${JSON.stringify(other.slice(0, 50))}`
  return new AppError('invalid-input', `image: a picture is missing${got}`, {
    path: ['image'],
    hint: 'Send the file as the part "image" of a multipart form.',
  })
}
