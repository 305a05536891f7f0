import { AppError } from '@hearth/contract'
import { enrol, erase } from '@hearth/faces/people'
import { people } from '@hearth/store'
import type { Hono } from 'hono'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import type { Env } from '../../http/env.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { readLive } from '../../intake/run-order.ts'
import { admit } from '../admit.ts'
import { patiently } from '../run-patiently.ts'
import { faceIdOf, personOf } from './face-id.ts'
import { type ImageForm, readImageForm } from './given-image.ts'

/** The one that recognition looks among where nothing else is said. */
const collection = 'default'

/** Registering people, and what the original lacks: who is registered, and taking somebody away again. */
export function mountRegisteredPeople(app: Hono<Env>, deps: ApiDeps): void {
  app.post('/api/face-recognition/register', async c => {
    const caller = await admit(deps, c, 'generate')
    const form = await readImageForm(c, bodyLimit(deps))
    const person = await register(deps, caller, form, c.req.raw.signal)
    return c.json({ success: true, face_id: faceIdOf(person) })
  })

  app.get('/api/face-recognition/people', async c => {
    const { owner } = await admit(deps, c, 'status')
    const listed: { face_id: string; name: string; created_at: string }[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const filter = { owner, collection, limit: 200, ...(cursor === undefined ? {} : { cursor }) }
      const page = await people.list(deps.store, filter)
      for (const { id, name, createdAt } of page.people) {
        listed.push({ face_id: faceIdOf(id), name, created_at: createdAt.toISOString() })
      }
      cursor = page.next_cursor
    }
    return c.json({ people: listed })
  })

  app.delete('/api/face-recognition/people/:face', async c => {
    const caller = await admit(deps, c, 'status')
    const face = c.req.param('face')
    const id = personOf(face)
    if (id === undefined) throw new AppError('not-found', `nobody is registered as ${face.slice(0, 100)}`)
    await erase(deps.people, askerOf(caller), { id })
    return c.json({ success: true })
  })
}

const askerOf = (caller: Caller) => ({ owner: caller.owner, key: caller.key?.id })

/** The new person's id. @throws AppError `invalid-input` with all that speaks against the picture. */
async function register(deps: ApiDeps, caller: Caller, form: ImageForm, signal: AbortSignal): Promise<string> {
  const { owner, name: key } = caller
  const { person, refused } = await patiently(signal, () =>
    enrol(deps.people, askerOf(caller), {
      name: nameIn(form),
      collection,
      // This API has no words for consent: whoever holds the key says that it was given.
      consent: {
        given_by: `holder of the key ${key}`.slice(0, 200),
        given_at: new Date().toISOString(),
        purpose: 'To be recognised through the multimedia API.',
        text_version: 'none',
        text_digest: null,
      },
      expiresAt: null,
      pictures: [() => readLive(deps, owner, 'image', form.image)],
      keepCrop: false,
      model: form.model,
      signal,
    }),
  )
  if (person) return person.id
  const reasons = refused.flatMap(({ reasons }) => reasons)
  throw new AppError('invalid-input', `image: ${reasons.map(({ message }) => message).join(' ')}`, {
    path: ['image'],
    hint: reasons.map(({ hint }) => hint).join(' '),
  })
}

function nameIn({ text }: ImageForm): string {
  const name = text('name')?.trim() ?? ''
  if (name !== '' && name.length <= 200 && name.isWellFormed() && !/\p{Cc}/u.test(name)) return name
  throw new AppError('invalid-input', name === '' ? 'name: a name is missing' : 'name: not a name', {
    path: ['name'],
    hint: 'Send 1 to 200 characters, without control characters.',
  })
}
