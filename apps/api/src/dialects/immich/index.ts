import { AppError } from '@hearth/contract'
import type { Hono } from 'hono'
import type { ApiDeps } from '../../deps.ts'
import { readForm } from '../../http/body.ts'
import type { ApiContext, Env } from '../../http/env.ts'
import { type ErrorAnswer, statusOf } from '../../http/errors.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import type { Dialect } from '../dialect.ts'
import { readEntries } from './entries.ts'
import { MissingInput } from './missing-input.ts'
import { predict } from './predict.ts'

const error: ErrorAnswer = (c, error) =>
  error instanceof MissingInput
    ? c.json({ detail: detailOf(error) }, 400)
    : c.json({ detail: detailOf(error) }, statusOf(error))

function detailOf({ message, hint }: AppError): string {
  return hint === undefined ? message : `${/[.!?]$/.test(message) ? message : `${message}.`} ${hint}`
}

async function readRequest(c: ApiContext, limit: number) {
  const { fields } = await readForm(c, limit).catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'too-large') throw thrown
    throw new AppError('invalid-input', 'Invalid request format.', { cause: thrown })
  })
  const all = (name: string) => fields.filter(field => field[0] === name).map(([, value]) => value)
  const [entries] = all('entries')
  const images = all('image')
  if (images.length > 1) {
    throw new AppError('invalid-input', 'Invalid request format.', { hint: 'Send one image with a request.' })
  }
  const [image] = images
  const [text] = all('text')
  return {
    entries: readEntries(typeof entries === 'string' ? entries : await entries?.text()),
    image: image === undefined || typeof image === 'string' || image.size === 0 ? undefined : image,
    text: typeof text === 'string' && text !== '' ? text : undefined,
  }
}

function mount(app: Hono<Env>, deps: ApiDeps): void {
  app.get('/', async c => {
    await admit(deps, c, 'status')
    return c.json({ message: 'Immich ML' })
  })
  app.get('/ping', async c => {
    await admit(deps, c, 'status')
    return c.text('pong')
  })
  app.post('/predict', async c => {
    const caller = await admit(deps, c, 'status')
    const request = await readRequest(c, bodyLimit(deps))
    if (request.image === undefined && request.text === undefined) throw new MissingInput()
    return c.json(await predict(deps, caller, { ...request, signal: c.req.raw.signal }))
  })
}

/** The machine learning that a photo library asks for: search by words, faces, text in pictures. */
export const dialect: Dialect = {
  id: 'immich',
  title: 'Immich machine learning',
  owns: () => false,
  // Its paths are at root, where the studio is.
  doorOnly: true,
  mount,
  error,
}
