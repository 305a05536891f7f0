import { readFile } from 'node:fs/promises'
import { enrolment, type personView } from '@hearth/faces/people'
import { people } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'

let api: ApiUnderTest
let stranger: string
let obama: z.infer<typeof personView>
let astronaut: z.infer<typeof personView>

const photo = (name: string) => readFile(new URL(`../../../../packages/testing/photos/${name}.jpg`, import.meta.url))
const dataUrl = async (name: string) => `data:image/jpeg;base64,${(await photo(name)).toString('base64')}`
const consent = { given_by: 'Somebody', text_version: 'hearth-1' }

/** Asks and answers with the body; throws for another status. */
async function json(status: number, response: Promise<Response>) {
  const answer = await response
  const text = await answer.text()
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${text.slice(0, 500)}`)
  return text === '' ? undefined : JSON.parse(text)
}

const patch = (path: string, body: unknown, key = api.key) =>
  api.ask(path, {
    method: 'PATCH',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    key,
  })

async function who(name: string, key?: string): Promise<(string | undefined)[]> {
  const body = { image: await dataUrl(name) }
  const { faces } = await json(200, api.post('/api/v1/people/search', body, key ? { key } : {}))
  return faces.map((face: { person: { name: string } | null }) => face.person?.name)
}

beforeAll(async () => {
  api = await startApi({ worker: true })
  stranger = await api.makeKey({ owner: await api.makeOwner('stranger') })
  await until(
    'a worker is linked',
    async () => (await api.post('/api/v1/people/search', { image: await dataUrl('coffee') })).status,
    status => status === 200,
  )
  const form = new FormData()
  form.append('name', 'Barack Obama')
  form.append('consent', JSON.stringify(consent))
  form.append('keep_crop', 'true')
  for (const name of ['obama', 'coffee']) form.append('images', new Blob([await photo(name)]), `${name}.jpg`)
  const first = enrolment.parse(await json(201, api.ask('/api/v1/people', { method: 'POST', body: form })))
  if (!first.person) throw new Error('not enrolled')
  obama = first.person
  expect(first.accepted).toMatchObject([{ image: 0 }])
  expect(first.refused).toMatchObject([{ image: 1, reasons: [{ code: 'no-face' }] }])
  const images = [await dataUrl('astronaut')]
  const second = enrolment.parse(
    await json(201, api.post('/api/v1/people', { name: 'Eileen Collins', images, consent })),
  )
  if (!second.person) throw new Error('not enrolled')
  astronaut = second.person
}, 120_000)
afterAll(() => api.stop())

describe('with the starter’s models', () => {
  test('who was enrolled is known on another picture, and nobody else', async () => {
    expect(await who('obama2')).toEqual(['Barack Obama'])
    expect(await who('obama3')).toEqual(['Barack Obama'])
    expect(await who('astronaut')).toEqual(['Eileen Collins'])
    expect(await who('biden')).toEqual([undefined])
    expect(await who('obama2', stranger)).toEqual([undefined])
  })

  test('what is enrolled is shown with its embedder, consent and crop', async () => {
    expect(obama).toMatchObject({
      name: 'Barack Obama',
      collection: 'default',
      needs_re_enrolment: false,
      consent: { given_by: 'Somebody', text_version: 'hearth-1', text_digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      faces: [{ crop: true, embedder: { digest: expect.stringMatching(/^[0-9a-f]{64}$/) } }],
    })
    const face = obama.faces[0]?.id
    const crop = await api.ask(`/api/v1/people/${obama.id}/faces/${face}/crop`)
    expect(crop.headers.get('content-type')).toBe('image/jpeg')
    const bytes = new Uint8Array(await crop.arrayBuffer())
    expect([...bytes.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff])
    await json(404, api.ask(`/api/v1/people/${astronaut.id}/faces/${astronaut.faces[0]?.id}/crop`))
    const { people: list, collections } = await json(200, api.ask('/api/v1/people?text=barack'))
    expect(list.map(({ name }: { name: string }) => name)).toEqual(['Barack Obama'])
    expect(collections).toEqual([{ name: 'default', people: 2, faces: 2 }])
  })

  test('no picture that is good enough enrols nobody, and says why', async () => {
    const images = [await dataUrl('chelsea'), 'data:image/png;base64,aGFsbG8=']
    const { person, refused } = await json(422, api.post('/api/v1/people', { name: 'Cat', images, consent }))
    expect(person).toBeNull()
    expect(refused.map(({ reasons }: { reasons: { code: string }[] }) => reasons[0]?.code)).toEqual([
      'no-face',
      'unreadable',
    ])
  })

  test('an export holds all of a person, and is logged', async () => {
    const held = await json(200, api.ask(`/api/v1/people/${obama.id}/export`))
    expect(held.faces[0].vector.length).toBe(obama.faces[0]?.embedder.dimensions)
    expect(held.faces[0].crop_image).toMatch(/^data:image\/jpeg;base64,/)
    expect(held.log.map(({ action }: { action: string }) => action)).toEqual(['exported', 'enrolled'])
  })

  test('calibration says that there are too few', async () => {
    const found = await json(200, api.ask('/api/v1/people/calibration'))
    expect(found).toMatchObject({ people: 2, pairs: { same: 0, different: 1 }, suggested: null })
    expect(found.note).toContain('Too few')
  })

  test('a collection’s threshold makes strangers of those who are less alike', async () => {
    const set = (threshold: number | null) => json(200, patch('/api/v1/collections/default', { threshold }))
    expect(await set(0.99)).toMatchObject({ name: 'default', threshold: 0.99, people: 2 })
    expect(await who('obama2')).toEqual([undefined])
    expect(await set(null)).toMatchObject({ threshold: null })
    expect(await who('obama2')).toEqual(['Barack Obama'])
    await json(404, patch('/api/v1/collections/other', { threshold: 0.5 }))
  })

  test('who is erased is unknown at once, to every search', async () => {
    const images = [await dataUrl('biden')]
    const { person } = await json(201, api.post('/api/v1/people', { name: 'Joe Biden', images, consent }))
    expect(await who('biden')).toEqual(['Joe Biden'])
    await json(204, api.ask(`/api/v1/people/${person.id}`, { method: 'DELETE' }))
    expect(await who('biden')).toEqual([undefined])
    await json(404, api.ask(`/api/v1/people/${person.id}`))
    const { log } = await json(200, api.ask(`/api/v1/people/log?person=${person.id}`))
    expect(log).toMatchObject([
      { action: 'erased', detail: { faces: 1 }, key_destroyed_at: expect.any(String) },
      { action: 'enrolled' },
    ])
    expect(JSON.stringify(log)).not.toContain('Biden')
  })
})

describe('every route', () => {
  test('knows its owner’s people alone', async () => {
    const at = `/api/v1/people/${obama.id}`
    const key = stranger
    const body = JSON.stringify({ into: astronaut.id })
    const asJson = { 'content-type': 'application/json' }
    const face = obama.faces[0]?.id
    const answers = [
      api.ask(at, { key }),
      api.ask(at, { key, method: 'DELETE' }),
      api.ask(`${at}/export`, { key }),
      api.ask(`${at}/faces/${face}/crop`, { key }),
      api.ask(`${at}/faces/${face}`, { key, method: 'DELETE' }),
      patch(at, { name: 'mine' }, key),
      api.ask(`${at}/merge`, { key, method: 'POST', body, headers: asJson }),
      api.post(`${at}/faces`, { images: [await dataUrl('obama2')] }, { key }),
      patch('/api/v1/collections/default', { threshold: 0.1 }, key),
    ]
    for (const answer of await Promise.all(answers)) expect(answer.status).toBe(404)
    expect(await json(200, api.ask('/api/v1/people', { key }))).toMatchObject({ people: [], collections: [] })
    expect(await json(200, api.ask('/api/v1/people/log', { key }))).toEqual({ log: [] })
    expect((await people.get(api.deps.store, { id: obama.id, owner: api.owner }))?.name).toBe('Barack Obama')
  })

  test('needs the scope', async () => {
    const key = await api.makeKey({ scopes: ['models'] })
    for (const path of ['/api/v1/people', '/api/v1/collections', `/api/v1/people/${obama.id}`]) {
      expect((await api.ask(path, { key })).status).toBe(403)
      expect((await api.ask(path, { key: null })).status).toBe(401)
    }
  })

  test('says which field is wrong', async () => {
    const images = ['data:image/png;base64,aGFsbG8=']
    const refused = async (body: object) => {
      const { error } = await json(422, api.post('/api/v1/people', body))
      return error.path
    }
    expect(await refused({ images, consent })).toEqual(['name'])
    expect(await refused({ name: 'x', images })).toEqual(['consent'])
    expect(await refused({ name: 'x', images: [], consent })).toEqual(['images'])
    expect(await refused({ name: 'a\u0000b', images, consent })).toEqual(['name'])
    expect(await refused({ name: 'x', images, consent: { ...consent, given_at: '2999-01-01T00:00:00Z' } })).toEqual([
      'consent',
      'given_at',
    ])
    expect(await refused({ name: 'x', images, consent, expires_at: '2001-01-01T00:00:00Z' })).toEqual(['expires_at'])
    for (const id of ['x', '../x', '00000000-0000-7000-8000-000000000000']) {
      expect((await api.ask(`/api/v1/people/${encodeURIComponent(id)}`)).status).toBe(404)
    }
    expect((await api.ask('/api/v1/people?cursor=x')).status).toBe(422)
    expect((await api.ask('/api/v1/people?embedder=none-such')).status).toBe(404)
  })
})

test('name, consent, expiry and collection can be changed; entries merged; faces removed', async () => {
  const at = `/api/v1/people/${astronaut.id}`
  const changed = await json(
    200,
    patch(at, {
      name: 'E. M. Collins',
      expires_at: '2999-01-01T00:00:00Z',
      consent: { ...consent, given_by: 'E. M. Collins' },
    }),
  )
  expect(changed).toMatchObject({
    name: 'E. M. Collins',
    expires_at: '2999-01-01T00:00:00.000Z',
    consent: { given_by: 'E. M. Collins' },
  })
  expect(await who('astronaut')).toEqual(['E. M. Collins'])
  await json(422, patch(at, {}))
  const images = [await dataUrl('obama2')]
  const { person: twice } = await json(201, api.post('/api/v1/people', { name: 'President', images, consent }))
  const merged = await json(200, api.post(`/api/v1/people/${twice.id}/merge`, { into: obama.id }))
  expect(merged.faces).toHaveLength(2)
  expect(await who('obama2')).toEqual(['Barack Obama'])
  await json(404, api.ask(`/api/v1/people/${twice.id}`))
  await json(204, api.ask(`/api/v1/people/${obama.id}/faces/${merged.faces[1].id}`, { method: 'DELETE' }))
  expect((await json(200, api.ask(`/api/v1/people/${obama.id}`))).faces).toHaveLength(1)
})

test('people of whom pictures were kept are brought over by them', async () => {
  const result = await json(200, api.post('/api/v1/people/re-enrol', {}))
  expect(result).toMatchObject({ done: [], left: [], next_cursor: null })
  expect(result.embedder.id).toBe(obama.faces[0]?.embedder.id)
  await api.deps.store.pool.query(`update person_face set embedder_digest = 'older' where person = $1`, [obama.id])
  await api.deps.store.pool.query(`update person_face set embedder_digest = 'older' where person = $1`, [astronaut.id])
  // A change that makes workers look again.
  await json(200, patch(`/api/v1/people/${obama.id}`, { name: 'Barack Obama' }))
  expect(await who('obama2')).toEqual([undefined])
  const { people: old } = await json(200, api.ask(`/api/v1/people?embedder=${obama.faces[0]?.embedder.id}`))
  expect(old).toEqual([])
  const again = await json(200, api.post('/api/v1/people/re-enrol', {}))
  expect(again.done).toEqual([{ person: obama.id, faces: 1 }])
  expect(again.left).toMatchObject([{ person: astronaut.id, reason: 'no pictures were kept' }])
  expect(await who('obama2')).toEqual(['Barack Obama'])
  // Now that the weights in use are known, it shows who is left.
  const { people: left } = await json(200, api.ask(`/api/v1/people?embedder=${obama.faces[0]?.embedder.id}`))
  expect(left).toMatchObject([{ id: astronaut.id, needs_re_enrolment: true }])
})
