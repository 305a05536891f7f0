import { decodePicture, encodePicture, inspectPicture } from '@hearth/media'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let hearth: TestInstance

beforeAll(async () => {
  hearth = await startTestInstance({ env: { HEARTH_LOG_LEVEL: 'debug' } })
})
afterAll(() => hearth?.stop())

const small = { steps: 2, width: 128, height: 128, seed: 9 }

async function ask(path: string, body?: unknown, key = hearth.key): Promise<{ status: number; body: unknown }> {
  const headers = { authorization: `Basic ${Buffer.from(`user:${key}`).toString('base64')}` }
  const init =
    body === undefined
      ? { headers }
      : { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${hearth.url}/sdapi/v1/${path}`, init)
  return { status: response.status, body: await response.json() }
}

async function draw(path: string, body: object): Promise<{ images: string[]; info: string; parameters: object }> {
  const answer = await ask(path, body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body as { images: string[]; info: string; parameters: object }
}

describe('who may', () => {
  it('takes an empty Basic for no key and asks for one', async () => {
    for (const authorization of [undefined, 'Basic', 'Basic Og==', 'Basic dXNlcjp3cm9uZw==']) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
      const response = await fetch(`${hearth.url}/sdapi/v1/options`, { headers })
      expect(response.status, authorization).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic/)
      expect(await response.json()).toMatchObject({ error: 'HTTPException', detail: expect.any(String), body: '' })
    }
  })

  it('says in its own words what is not there', async () => {
    expect(await ask('no-such-route')).toMatchObject({ status: 404, body: { error: 'HTTPException' } })
    const list = await hearth.request('/controlnet/model_list')
    expect(await list.json()).toEqual({ model_list: [] })
  })
})

describe('as Open WebUI calls it', () => {
  it('reads the options, changes the model by sending all of them back, and draws', async () => {
    const { body } = await ask('options')
    const options = body as Record<string, unknown>
    const models = (await ask('sd-models')).body as { title: string; model_name: string; filename: string }[]
    expect(models.map(({ title }) => title)).toContain(options.sd_model_checkpoint)
    expect(await ask('options', { ...options, sd_model_checkpoint: models[0]?.model_name })).toEqual({
      status: 200,
      body: null,
    })
    expect((await ask('options')).body).toMatchObject({ sd_model_checkpoint: models[0]?.title })
    const drawn = await draw('txt2img', { prompt: 'sun', batch_size: 2, width: 128, height: 128, steps: 2 })
    expect(drawn.images).toHaveLength(2)
    expect(drawn.images[0]).not.toMatch(/^data:/)
  })

  it('refuses a model that is not there as A1111 does, and never takes another one instead', async () => {
    const unknown = await ask('options', { sd_model_checkpoint: 'no-such-model' })
    expect(unknown).toMatchObject({
      status: 500,
      body: { error: 'RuntimeError', errors: expect.stringMatching(/not found/) },
    })
    const missing = await ask('txt2img', { prompt: 'x', override_settings: { sd_model_checkpoint: 'sd-turbo' } })
    expect(missing).toMatchObject({ status: 404, body: { detail: expect.stringMatching(/hearth pull sd-turbo/) } })
  })

  it('keeps options apart by key', async () => {
    const made = await hearth.request('/api/v1/keys', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'another client' }),
    })
    const { secret } = (await made.json()) as { secret: string }
    await ask('options', { samples_format: 'webp' }, secret)
    expect((await ask('options', undefined, secret)).body).toMatchObject({ samples_format: 'webp' })
    expect((await ask('options')).body).toMatchObject({ samples_format: 'png' })
  })
})

describe('as SillyTavern calls it', () => {
  it('neither repeats nor logs the login inside the body', async () => {
    const drawn = await draw('txt2img', {
      ...small,
      url: 'http://127.0.0.1:7860',
      auth: 'someone:topsecretlogin',
      prompt: 'sun',
      negative_prompt: 'moon',
      sampler_name: 'Euler a',
      scheduler: 'Automatic',
      cfg_scale: 7,
      restore_faces: false,
      enable_hr: false,
      hr_upscaler: 'Latent',
      hr_scale: 2,
      denoising_strength: 0.7,
      override_settings: { CLIP_stop_at_last_layers: 1 },
      override_settings_restore_afterwards: true,
      clip_skip: 1,
      save_images: true,
      send_images: true,
      do_not_save_grid: false,
      do_not_save_samples: false,
    })
    expect(JSON.stringify(drawn)).not.toContain('topsecretlogin')
    expect(hearth.output()).not.toContain('topsecretlogin')
    const info = JSON.parse(drawn.info) as Record<string, unknown>
    expect(info).toMatchObject({ seed: 9, steps: 2, cfg_scale: 7, sampler_name: 'Euler a', width: 128, all_seeds: [9] })
  })

  it('answers a body that cannot be read in words that it shows', async () => {
    const bad = await ask('txt2img', { prompt: 'x', steps: 'many' })
    expect(bad).toMatchObject({ status: 422, body: { detail: expect.stringContaining('steps') } })
    expect(await ask('txt2img', { prompt: 'x', steps: 999 })).toMatchObject({ status: 422 })
  })
})

describe('img2img', () => {
  const blank = async (width: number, height: number) => {
    const data = new Uint8Array(width * height * 3).fill(200)
    return Buffer.from(await encodePicture({ width, height, channels: 3, data }, { format: 'png' })).toString('base64')
  }

  it('needs a picture, raw or as a data URL', async () => {
    expect(await ask('img2img', { prompt: 'x' })).toMatchObject({
      status: 404,
      body: { detail: 'Init image not found' },
    })
    const broken = await ask('img2img', { prompt: 'x', init_images: ['aGVsbG8gdGhlcmUsIG5vIHBpY3R1cmU='] })
    expect(broken).toMatchObject({ status: 415, body: { detail: expect.stringContaining('init_images') } })
    for (const picture of [await blank(64, 64), `data:image/png;base64,${await blank(64, 64)}`]) {
      const drawn = await draw('img2img', { ...small, prompt: 'sun', init_images: [picture] })
      expect(await inspectPicture(Buffer.from(drawn.images[0] ?? '', 'base64'))).toMatchObject({ width: 128 })
      expect(drawn.parameters).toMatchObject({ init_images: null, denoising_strength: 0.75 })
    }
  })

  it('paints the masked area alone, in full size, and leaves the rest as it was', async () => {
    const [width, height] = [200, 160]
    const mask = new Uint8Array(width * height)
    for (let y = 20; y < 60; y++) mask.fill(255, y * width + 120, y * width + 170)
    const masked = await encodePicture({ width, height, channels: 1, data: mask }, { format: 'png' })
    const drawn = await draw('img2img', {
      ...small,
      prompt: 'red apple',
      init_images: [await blank(width, height)],
      mask: Buffer.from(masked).toString('base64'),
      mask_blur: 0,
      inpainting_fill: 1,
      inpaint_full_res: true,
      inpaint_full_res_padding: 8,
      denoising_strength: 1,
    })
    const picture = await decodePicture(Buffer.from(drawn.images[0] ?? '', 'base64'))
    expect([picture.width, picture.height]).toEqual([width, height])
    let changed = 0
    for (let i = 0; i < width * height; i++) {
      const same = [0, 1, 2].every(c => picture.data[i * 3 + c] === 200)
      if (mask[i] === 0) expect(same, `pixel ${i}`).toBe(true)
      else if (!same) changed += 1
    }
    expect(changed).toBeGreaterThan(1000)
  })

  it('takes several pictures, each for itself', async () => {
    const pictures = [await blank(64, 64), await blank(96, 64)]
    const drawn = await draw('img2img', { ...small, prompt: 'sun', init_images: pictures })
    expect(drawn.images).toHaveLength(2)
    expect(JSON.parse(drawn.info)).toMatchObject({ all_seeds: [9, 10] })
  })
})
