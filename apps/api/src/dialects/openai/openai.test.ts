import { decodePicture, encodePicture, inspectPicture } from '@hearth/media'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure } from './failure-under-test.ts'

let hearth: TestInstance
let client: OpenAI

beforeAll(async () => {
  hearth = await startTestInstance()
  client = new OpenAI({ baseURL: `${hearth.url}/v1`, apiKey: hearth.key, maxRetries: 0 })
})
afterAll(() => hearth?.stop())

const small = { size: '128x128', model: 'starter' } as const
/** Beyond what the client's types know. */
const fast = { num_inference_steps: 3, seed: 11 }

async function picture(): Promise<Uint8Array> {
  const { data } = await client.images.generate({ ...small, ...fast, prompt: 'red apple', response_format: 'b64_json' })
  return Buffer.from(data?.[0]?.b64_json ?? '', 'base64')
}

describe('generations through the openai client', () => {
  it('answers with addresses that can be read without a key', async () => {
    const answer = await client.images.generate({ ...small, ...fast, prompt: 'red apple', n: 2 })
    expect(answer.data).toHaveLength(2)
    expect(answer).toMatchObject({
      seed: 11,
      size: '128x128',
      output_format: 'png',
      timings: { inference: expect.any(Number) },
    })
    expect(answer).toHaveProperty(
      'images',
      answer.data?.map(({ url }) => ({ url })),
    )
    const url = answer.data?.[0]?.url ?? ''
    const got = await fetch(url)
    expect(got.status).toBe(200)
    expect(await inspectPicture(await got.bytes())).toMatchObject({ format: 'png', width: 128, height: 128 })
    expect((await fetch(url.replace(/signature=./, 'signature=_'))).status).toBe(403)
  })

  it('answers with the pictures themselves, in the format asked for', async () => {
    const { data } = await client.images.generate({
      ...small,
      ...fast,
      prompt: 'red apple',
      response_format: 'b64_json',
      output_format: 'webp',
    })
    const bytes = Buffer.from(data?.[0]?.b64_json ?? '', 'base64')
    expect((await inspectPicture(bytes)).format).toBe('webp')
  })

  it('streams partial pictures and then the finished one', async () => {
    const stream = await client.images.generate({
      ...small,
      num_inference_steps: 40,
      prompt: 'red apple',
      stream: true,
      partial_images: 2,
    } as OpenAI.ImageGenerateParamsStreaming)
    const types: string[] = []
    for await (const event of stream) {
      types.push(event.type)
      expect((await inspectPicture(Buffer.from(event.b64_json, 'base64'))).format).toBe('png')
      if (event.type === 'image_generation.partial_image') expect(event.partial_image_index).toBe(types.length - 1)
      else expect(event.usage.total_tokens).toBe(0)
    }
    expect(types.at(-1)).toBe('image_generation.completed')
    expect(types.filter(type => type === 'image_generation.partial_image').length).toBeGreaterThan(0)
  })

  it('cancels a streamed job when the client leaves', async () => {
    const stream = await client.images.generate({
      ...small,
      num_inference_steps: 150,
      prompt: 'a stream that is left',
      n: 8,
      stream: true,
      partial_images: 3,
    } as OpenAI.ImageGenerateParamsStreaming)
    for await (const event of stream) {
      expect(Object.keys(event).sort()).toEqual([
        'b64_json',
        'background',
        'created_at',
        'output_format',
        'partial_image_index',
        'quality',
        'size',
        'type',
      ])
      break
    }
    stream.controller.abort()
    const find = async () => {
      const response = await hearth.request('/api/v1/jobs?state=cancelled&text=left')
      return ((await response.json()) as { jobs: object[] }).jobs
    }
    await expect.poll(find, { timeout: 20_000 }).toHaveLength(1)
  })

  it('gives the earlier pictures for a known Idempotency-Key', async () => {
    const ask = (prompt: string) =>
      client.images.generate({ ...small, ...fast, prompt }, { headers: { 'idempotency-key': 'the-same' } })
    const [first, second] = [await ask('sun'), await ask('sun')]
    expect(second.data?.[0]?.url?.split('?')[0]).toBe(first.data?.[0]?.url?.split('?')[0])
    expect(await failure(ask('moon'))).toMatchObject({ status: 409 })
  })

  it('takes the singular path and the words of SiliconFlow', async () => {
    const response = await hearth.request('/v1/image/generations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'sun', image_size: '128x128', batch_size: 2, num_inference_steps: 2, seed: 5 }),
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ images: [{}, {}], data: [{}, {}], seed: 5 })
  })

  it('cancels the job when the client leaves', async () => {
    const abort = new AbortController()
    const long = { ...small, num_inference_steps: 150, prompt: 'a job nobody waits for', n: 8 }
    const asked = client.images.generate(long, { signal: abort.signal }).catch(error => error)
    const find = async (state: string) => {
      const response = await hearth.request(`/api/v1/jobs?state=${state}&text=nobody`)
      return ((await response.json()) as { jobs: { id: string }[] }).jobs
    }
    await expect.poll(() => find('running'), { timeout: 20_000 }).toHaveLength(1)
    abort.abort()
    expect(await asked).toBeInstanceOf(Error)
    await expect.poll(() => find('cancelled'), { timeout: 20_000 }).toHaveLength(1)
  })
})

describe('edits and variations', () => {
  it('paints the transparent part of a mask anew', async () => {
    const image = await picture()
    const mask = await halfTransparent()
    const { data } = await client.images.edit({
      model: 'starter',
      prompt: 'sun',
      image: await toFile(image, 'apple.png', { type: 'image/png' }),
      mask: await toFile(mask, 'mask.png', { type: 'image/png' }),
      response_format: 'b64_json',
      ...fast,
    })
    const edited = Buffer.from(data?.[0]?.b64_json ?? '', 'base64')
    expect(await inspectPicture(edited)).toMatchObject({ width: 128, height: 128 })
    const [before, after] = [await decodePicture(image), await decodePicture(edited)]
    const half = before.data.length / 2
    expect(Buffer.compare(before.data.subarray(half), after.data.subarray(half))).toBe(0)
    expect(Buffer.compare(before.data.subarray(0, half), after.data.subarray(0, half))).not.toBe(0)
  })

  it('takes lists of one, JSON and variations', async () => {
    const bytes = await picture()
    const file = await toFile(bytes, 'apple.png', { type: 'image/png' })
    const many = await client.images.edit({ model: 'starter', prompt: 'sun', image: [file], ...fast })
    expect(many.data).toHaveLength(1)
    const varied = await client.images.createVariation({ model: 'starter', image: file, n: 2 })
    expect(varied.data).toHaveLength(2)
    const url = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`
    const json = await client.post('/images/edits', { body: { prompt: 'sun', images: [{ image_url: url }], ...fast } })
    expect(json).toHaveProperty('data.length', 1)
  })

  it('refuses a mask without transparency and a file that is no picture', async () => {
    const file = await toFile(await picture(), 'apple.png', { type: 'image/png' })
    const masked = client.images.edit({ prompt: 'sun', image: file, mask: file })
    expect(await failure(masked)).toMatchObject({ status: 400, param: 'mask' })
    const text = await toFile(Buffer.from('hello, this is no picture'), 'apple.png', { type: 'image/png' })
    expect(await failure(client.images.edit({ prompt: 'sun', image: text }))).toMatchObject({
      status: 415,
      param: 'image',
    })
  })
})

describe('models and errors', () => {
  it('lists what is installed and shows one, slashes encoded or not', async () => {
    const models = await client.models.list()
    expect(models.data.map(({ id }) => id)).toContain('starter')
    expect(await client.models.retrieve('starter')).toMatchObject({ id: 'starter', object: 'model' })
    const missing = await failure(client.models.retrieve('stabilityai/sd-unknown'))
    expect(missing).toMatchObject({ status: 404, code: 'model_not_found' })
  })

  it('names the command and the size for a model that is not installed', async () => {
    const error = await failure(client.images.generate({ prompt: 'x', model: 'sd-turbo' }))
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
    expect(error.message).toMatch(/hearth pull sd-turbo \([\d.]+ GB\)/)
    expect(error.requestID).toMatch(/^req_/)
  })

  it('answers a bad key as OpenAI does', async () => {
    const stranger = new OpenAI({ baseURL: `${hearth.url}/v1`, apiKey: 'hk_wrong', maxRetries: 0 })
    expect(await failure(stranger.models.list())).toMatchObject({
      status: 401,
      code: 'invalid_api_key',
      type: 'invalid_request_error',
    })
  })

  it('names bad fields', async () => {
    const bad = failure(client.images.generate({ prompt: 'x', n: 9 }))
    expect(await bad).toMatchObject({ status: 400, param: 'n' })
    expect(await failure(client.images.generate({ prompt: 'x', size: '100x100' }))).toMatchObject({ param: 'size' })
    const nowhere = await hearth.request('/v1/nowhere')
    expect(nowhere.status).toBe(404)
    expect(await nowhere.json()).toMatchObject({ error: { param: null }, detail: expect.any(String) })
  })
})

/** The upper half is transparent. */
async function halfTransparent(): Promise<Uint8Array> {
  const data = new Uint8Array(128 * 128 * 4).fill(255)
  for (let i = 0; i < data.length / 2; i += 4) data[i + 3] = 0
  return encodePicture({ width: 128, height: 128, channels: 4, data }, { format: 'png' })
}
