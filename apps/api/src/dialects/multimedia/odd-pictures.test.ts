import { readFile } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from '../../api-under-test.ts'

let api: ApiUnderTest
let portrait: Buffer
beforeAll(async () => {
  api = await startApi({ worker: true, settings: { HEARTH_RATE_GENERATE: '10000' } })
  portrait = await readFile(new URL('../../../../../packages/testing/photos/astronaut.jpg', import.meta.url))
})
afterAll(() => api.stop())

const routes = [
  'image-recognition/classify',
  'image-recognition/detect',
  'face-recognition/detect',
  'face-recognition/recognize',
  'face-recognition/register',
]
const finders = routes.slice(0, 4)

function formOf(fields: readonly (readonly [string, string | File])[]): FormData {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  return form
}

const namedImage = (image: string) =>
  formOf([
    ['image', image],
    ['name', 'Ann'],
  ])

const file = (bytes: Uint8Array, name = 'picture.jpg') => new File([new Uint8Array(bytes)], name)

async function post(route: string, body: FormData | string) {
  const answer = await api.ask(`/api/${route}`, { method: 'POST', body })
  return { status: answer.status, body: await answer.json() }
}
const send = (route: string, bytes: Uint8Array) =>
  post(
    route,
    formOf([
      ['image', file(bytes)],
      ['name', 'Ann'],
    ]),
  )

/** A refusal says in one sentence what is wrong. */
async function refused(route: string, body: FormData | Uint8Array, status: readonly number[], words: RegExp) {
  const answer = await (body instanceof FormData ? post(route, body) : send(route, body))
  expect(status, `${route}: ${JSON.stringify(answer)}`).toContain(answer.status)
  expect(Object.keys(answer.body), route).toEqual(['detail'])
  expect(answer.body.detail, route).toMatch(words)
}

describe('pictures that are rare, but right', () => {
  const found = async (bytes: Uint8Array) => {
    const { status, body } = await send('face-recognition/detect', bytes)
    expect(status, JSON.stringify(body)).toBe(200)
    return body.faces
  }

  it.each([
    ['CMYK', (image: Sharp) => image.toColourspace('cmyk').jpeg().toBuffer()],
    ['16 bits a channel', (image: Sharp) => image.toColourspace('rgb16').png().toBuffer()],
    ['grey', (image: Sharp) => image.greyscale().png().toBuffer()],
    ['transparent', (image: Sharp) => image.ensureAlpha(0.9).webp().toBuffer()],
    ['a palette', (image: Sharp) => image.png({ palette: true }).toBuffer()],
    ['AVIF', (image: Sharp) => image.avif().toBuffer()],
  ])('%s: the face is found where it is', async (_, make) => {
    const [plain] = await found(portrait)
    const faces = await found(await make(sharp(portrait)))
    expect(faces).toHaveLength(1)
    for (const [index, value] of faces[0].bbox.entries()) expect(Math.abs(value - plain.bbox[index])).toBeLessThan(6)
  })

  it.each([2, 3, 4, 5, 6, 7, 8])(
    'EXIF orientation %i: positions are those of the upright picture',
    async orientation => {
      const turns: Record<number, (image: Sharp) => Sharp> = {
        2: image => image.flop(),
        3: image => image.rotate(180),
        4: image => image.flip(),
        5: image => image.rotate(270).flop(),
        6: image => image.rotate(270),
        7: image => image.rotate(90).flop(),
        8: image => image.rotate(90),
      }
      const turned = await (turns[orientation]?.(sharp(portrait)) ?? sharp(portrait)).png().toBuffer()
      const bytes = await sharp(turned).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
      const [plain] = await found(portrait)
      const [face] = await found(bytes)
      for (const [index, value] of face.bbox.entries()) expect(Math.abs(value - plain.bbox[index])).toBeLessThan(6)
    },
  )

  it('animated: the first picture counts', async () => {
    const still = await sharp(portrait).resize(320, 320).raw().toBuffer()
    const other = Buffer.alloc(still.length, 90)
    const raw = { width: 320, height: 640, channels: 3 as const, pageHeight: 320 }
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await sharp(Buffer.concat([still, other]), { raw })
        .toFormat(format)
        .toBuffer()
      expect(await found(bytes), format).toHaveLength(1)
    }
  })

  it('one pixel: nothing is found', async () => {
    const dot = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#888' } })
      .png()
      .toBuffer()
    for (const route of finders) {
      const { status, body } = await send(route, dot)
      expect([status, typeof body], `${route}: ${JSON.stringify(body)}`).toEqual([200, 'object'])
    }
    expect((await send('face-recognition/recognize', dot)).body).toEqual({ faces: [] })
    await refused('face-recognition/register', dot, [422], /no face/i)
  })
})

describe('what cannot be read is refused on every route', () => {
  it('no picture at all', async () => {
    for (const route of routes) await refused(route, Buffer.from('not a picture'), [415, 422], /image/i)
  })

  it('a hundred megapixels', async () => {
    const create = { width: 10_000, height: 10_000, channels: 3 as const, background: '#fff' }
    const bytes = await sharp({ create, limitInputPixels: false }).png().toBuffer()
    for (const route of routes) await refused(route, bytes, [413, 422], /pixels/)
  })

  it('a file that was cut off', async () => {
    for (const route of routes) {
      await refused(
        route,
        portrait.subarray(0, portrait.length / 2),
        [415, 422],
        /cut off|truncated|damaged|broken|cannot be read|incomplete/i,
      )
    }
  })

  it.each([
    [
      'billion laughs',
      `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "lol">${[...'bcdefghij'].map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghi'[index]};`.repeat(10)}">`).join('')}]><svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><text>&j;</text></svg>`,
    ],
    ['a million pixels wide', '<svg xmlns="http://www.w3.org/2000/svg" width="1000000" height="1000000"/>'],
    [
      'one that reads a file',
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="file:///etc/passwd"/></svg>',
    ],
  ])('SVG: %s', async (_, text) => {
    for (const route of routes) await refused(route, Buffer.from(text), [415, 422], /svg|image|picture|format/i)
  })

  it('HEIC, for which there is no decoder', async () => {
    const head = Buffer.from('00000018667479706865696300000000', 'hex')
    const bytes = Buffer.concat([head, Buffer.from('mif1heic'), Buffer.alloc(2000, 7)])
    for (const route of routes) await refused(route, bytes, [415, 422], /HEIC|HEIF|format|read/i)
  })
})

describe('forms that are wrong', () => {
  it.each([
    ['no form', '{}', [415], /multipart/],
    ['an empty form', formOf([]), [422], /image: a picture is missing/],
    ['a file in another field', () => formOf([['file', file(portrait)]]), [422], /image: .*"file"/],
    ['an empty file', formOf([['image', file(new Uint8Array(0))]]), [422], /image: a picture is missing/],
    ['a text', namedImage('x'), [422], /image|data URL/],
    ['another machine', namedImage('http://169.254.169.254/'), [422], /https|public/],
  ])('%s', async (_, body, status, words) => {
    const form = typeof body === 'function' ? body() : body
    for (const route of routes) {
      const answer = await post(route, form)
      expect(status, `${route}: ${JSON.stringify(answer)}`).toContain(answer.status)
      expect(answer.body, route).toEqual({ detail: expect.stringMatching(words) })
    }
  })

  it('two pictures', async () => {
    const two = formOf([
      ['image', file(portrait)],
      ['image', file(portrait)],
      ['name', 'Ann'],
    ])
    for (const route of routes) await refused(route, two, [422], /one picture, got 2/)
  })

  it('a model that is not there', async () => {
    for (const route of routes) {
      const form = formOf([
        ['image', file(portrait)],
        ['name', 'Ann'],
        ['model', 'nobody'],
      ])
      await refused(route, form, [404], /no model called nobody/)
    }
  })

  it('registration without a name, or with none that could be shown', async () => {
    for (const name of ['', '   ', 'a\0b', 'x'.repeat(201)]) {
      const form = formOf([
        ['image', file(portrait)],
        ['name', name],
      ])
      await refused('face-recognition/register', form, [422], /^name: /)
    }
    await refused('face-recognition/register', formOf([['image', file(portrait)]]), [422], /name: a name is missing/)
  })

  it('registration of nobody, and of several at once', async () => {
    const cat = await readFile(new URL('../../../../../packages/testing/photos/chelsea.jpg', import.meta.url))
    await refused('face-recognition/register', cat, [422], /no face/i)
    const [first, second] = await Promise.all([portrait, portrait].map(one => sharp(one).resize(400, 400).toBuffer()))
    const both = await sharp({ create: { width: 800, height: 400, channels: 3, background: '#888' } })
      .composite([
        { input: first ?? portrait, left: 0, top: 0 },
        { input: second ?? portrait, left: 400, top: 0 },
      ])
      .jpeg()
      .toBuffer()
    await refused('face-recognition/register', both, [422], /2 faces/)
    const { people } = await (await api.ask('/api/face-recognition/people')).json()
    expect(people).toEqual([])
  })
})
