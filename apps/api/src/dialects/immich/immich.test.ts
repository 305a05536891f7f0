import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from '../../api-under-test.ts'
import { createApp } from '../../app.ts'
import type { LiveRun } from '../../live-lane/live-lane.ts'
import { dialect } from './index.ts'

let api: ApiUnderTest
let ask: (path: string, init?: RequestInit) => Promise<Response>
beforeAll(async () => {
  api = await startApi()
  const app = createApp(api.deps, { only: dialect })
  const admit = async () => ({
    owner: api.owner,
    name: 'photos',
    key: null,
    scopes: ['tasks' as const],
    via: 'key' as const,
    rate: {},
  })
  ask = async (path, init) => app.request(`http://127.0.0.1:3003${path}`, init, { admit })
})
afterAll(() => api.stop())

const outputs: Record<string, object> = {
  'embed-image': { embedding: [0.6, -0.8], dimensions: 2, width: 512, height: 384 },
  'embed-faces': {
    width: 512,
    height: 384,
    faces: [{ bbox: [10.5, 20, 110, 140.25], score: 0.91, embedding: [1, 0] }],
  },
  'read-text': {
    width: 200,
    height: 100,
    text: 'EXIT\nonly',
    lines: [
      {
        text: 'EXIT',
        score: 0.99,
        box_score: 0.8,
        polygon: [
          [20, 10],
          [100, 10],
          [100, 30],
          [20, 30],
        ],
      },
      {
        text: 'only',
        score: 0.9,
        box_score: 0.7,
        polygon: [
          [20, 40],
          [60, 40],
          [60, 60],
          [20, 60],
        ],
      },
    ],
  },
}

/** Answers as the engine would, and tells what it was asked. */
async function withEngine<T>(use: (asked: LiveRun[]) => Promise<T>): Promise<T> {
  const { run } = api.deps.live
  const asked: LiveRun[] = []
  Object.assign(api.deps.live, {
    run: async (wanted: LiveRun) => {
      asked.push(wanted)
      return { output: outputs[wanted.task], files: [], model: 'm', timings: { engine_ms: 1, total_ms: 1 } }
    },
  })
  try {
    return await use(asked)
  } finally {
    Object.assign(api.deps.live, { run })
  }
}

/** As Immich's server sends it: `entries`, and a blob without a name of its own. */
async function predict(entries: unknown, { image = true, text }: { image?: boolean; text?: string } = {}) {
  const form = new FormData()
  form.append('entries', typeof entries === 'string' ? entries : JSON.stringify(entries))
  const picture = await readFile(new URL('../../../../../packages/testing/photos/astronaut.jpg', import.meta.url))
  if (image) form.append('image', new Blob([picture]))
  if (text !== undefined) form.append('text', text)
  const answer = await ask('/predict', { method: 'POST', body: form })
  return { status: answer.status, body: await answer.json() }
}

const faces = {
  'facial-recognition': {
    detection: { modelName: 'buffalo_l', options: { minScore: 0.65 } },
    recognition: { modelName: 'buffalo_l' },
  },
}
const visual = { clip: { visual: { modelName: 'ViT-B-32__openai' } } }
const ocr = {
  ocr: {
    detection: { modelName: 'PP-OCRv5_mobile', options: { minScore: 0.5, maxResolution: 736 } },
    recognition: { modelName: 'PP-OCRv5_mobile', options: { minScore: 0.8 } },
  },
}

it('says that it is there', async () => {
  expect(await (await ask('/')).json()).toEqual({ message: 'Immich ML' })
  const ping = await ask('/ping')
  expect([ping.status, await ping.text()]).toEqual([200, 'pong'])
})

describe('predict', () => {
  it('embeds a picture', () =>
    withEngine(async asked => {
      const { status, body } = await predict(visual)
      expect([status, body]).toEqual([200, { clip: '[0.6,-0.8]', imageHeight: 384, imageWidth: 512 }])
      expect(asked).toMatchObject([{ task: 'embed-image', model: 'ViT-B-32__openai', owner: api.owner }])
      expect([...(asked[0]?.media.values() ?? [])][0]?.byteLength).toBeGreaterThan(1000)
    }))

  it('embeds words, without a size', () =>
    withEngine(async asked => {
      const entries = { clip: { textual: { modelName: 'ViT-B-32__openai', options: { language: 'en' } } } }
      const { status, body } = await predict(entries, { image: false, text: 'a dog on a beach' })
      expect([status, Object.keys(body)]).toEqual([200, ['clip']])
      expect(asked).toMatchObject([{ task: 'embed-image', input: { text: 'a dog on a beach' } }])
    }))

  it('finds and embeds faces', () =>
    withEngine(async asked => {
      const { body } = await predict(faces)
      expect(body).toEqual({
        'facial-recognition': [
          { boundingBox: { x1: 10.5, y1: 20, x2: 110, y2: 140.25 }, embedding: '[1,0]', score: 0.91 },
        ],
        imageHeight: 384,
        imageWidth: 512,
      })
      expect(asked).toMatchObject([{ task: 'embed-faces', model: 'buffalo_l', input: { min_score: 0.65 } }])
    }))

  it('reads text: flat corners from 0 to 1', () =>
    withEngine(async asked => {
      const { body } = await predict(ocr)
      expect(body).toEqual({
        ocr: {
          text: ['EXIT', 'only'],
          box: [0.1, 0.1, 0.5, 0.1, 0.5, 0.3, 0.1, 0.3, 0.1, 0.4, 0.3, 0.4, 0.3, 0.6, 0.1, 0.6],
          boxScore: [0.8, 0.7],
          textScore: [0.99, 0.9],
        },
        imageHeight: 100,
        imageWidth: 200,
      })
      expect(asked[0]?.input).toMatchObject({ min_box_score: 0.5, min_score: 0.8, max_side: 736 })
    }))

  it('does several at once', () =>
    withEngine(async asked => {
      const { body } = await predict({ ...visual, ...faces })
      expect(Object.keys(body).toSorted()).toEqual(['clip', 'facial-recognition', 'imageHeight', 'imageWidth'])
      expect(asked).toHaveLength(2)
    }))

  it('says how to get a model that is not installed', async () => {
    const known = await predict(faces)
    expect([known.status, Object.keys(known.body)]).toEqual([404, ['detail']])
    expect(known.body.detail).toMatch(/hearth pull buffalo_l/)
    const unknown = await predict({ clip: { visual: { modelName: 'ViT-H-14__nobody' } } })
    expect([unknown.status, unknown.body.detail]).toEqual([404, expect.stringContaining('ViT-H-14__nobody')])
  })

  it.each([
    ['no JSON', 'not json'],
    ['nothing', {}],
    ['a task that is none', { pose: { detection: { modelName: 'x' } } }],
    ['a type that is none', { clip: { audible: { modelName: 'x' } } }],
    ['no model', { clip: { visual: {} } }],
    ['half of a pipeline', { 'facial-recognition': { recognition: { modelName: 'buffalo_l' } } }],
    ['a list', []],
  ])('refuses %s in the words of the original', async (_, entries) => {
    expect(await predict(entries)).toEqual({ status: 422, body: { detail: 'Invalid request format.' } })
  })

  it('refuses what has no form, or no entries', async () => {
    for (const body of ['{}', new URLSearchParams({ text: 'x' })]) {
      const answer = await ask('/predict', { method: 'POST', body })
      expect([answer.status, (await answer.json()).detail]).toEqual([422, 'Invalid request format.'])
    }
  })

  it('wants a picture or a text, and the right one', async () => {
    const wrong = [
      await predict(visual, { image: false }),
      await predict(visual, { image: false, text: 'x' }),
      await predict({ clip: { textual: { modelName: 'ViT-B-32__openai' } } }),
    ]
    for (const { status, body } of wrong) {
      expect([status, body.detail]).toEqual([400, expect.stringMatching(/^Either image or text must be provided\./)])
    }
  })

  it('refuses what is no picture', async () => {
    const form = new FormData()
    form.append('entries', JSON.stringify(visual))
    form.append('image', new Blob(['not a picture']))
    const answer = await ask('/predict', { method: 'POST', body: form })
    expect([answer.status, Object.keys(await answer.json())]).toEqual([415, ['detail']])
  })
})

it('is spoken at a door alone', async () => {
  expect((await api.post('/predict', {})).status).toBe(404)
  expect((await ask('/api/v1/jobs')).status).toBe(404)
})

it('answers from real models', async () => {
  await api.startWorker()
  const starter = { modelName: 'starter-faces' }
  const entries = {
    'facial-recognition': { detection: { ...starter, options: { minScore: 0.7 } }, recognition: starter },
  }
  const { status, body } = await predict(entries)
  expect([status, body.imageWidth, body.imageHeight]).toEqual([200, 512, 512])
  const [face, another] = body['facial-recognition']
  expect(another).toBeUndefined()
  const vector = JSON.parse(face.embedding) as number[]
  expect(vector).toHaveLength(1024)
  expect(Math.hypot(...vector)).toBeCloseTo(1, 4)
  const { x1, y1, x2, y2 } = face.boundingBox
  expect([x1 > 150, x2 < 300, y1 > 50, y2 < 220, face.score >= 0.7]).toEqual([true, true, true, true, true])
  const form = new FormData()
  form.append('entries', JSON.stringify(entries))
  form.append(
    'image',
    new Blob([await readFile(new URL('../../../../../packages/testing/photos/coffee.jpg', import.meta.url))]),
  )
  const none = await ask('/predict', { method: 'POST', body: form })
  expect(await none.json()).toMatchObject({ 'facial-recognition': [] })
})
