import { AppError } from '@hearth/contract'
import { describe, expect, it } from 'vitest'
import { infoParameters } from './drawing-info.ts'
import { batches, enlargedSize, enlargingPass, textPasses } from './drawing-plan.ts'
import { pictureWish, readWish, textWish } from './drawing-wish.ts'
import { a1111ErrorBody } from './error-answer.ts'

const common = { samplers: ['euler', 'euler-ancestral'], seed: 100, format: 'webp', quality: 80 } as const

/** As the Python package webuiapi sends it: everything, at its defaults. */
const webuiapi = {
  enable_hr: false,
  hr_scale: 2,
  hr_upscaler: 'Latent',
  hr_second_pass_steps: 0,
  hr_resize_x: 0,
  hr_checkpoint_name: null,
  hr_prompt: '',
  denoising_strength: 0.7,
  firstphase_width: 0,
  prompt: 'cat',
  styles: [],
  seed: -1,
  subseed: -1,
  subseed_strength: 0.0,
  seed_resize_from_h: 0,
  batch_size: 1,
  n_iter: 1,
  steps: 20,
  cfg_scale: 7.0,
  width: 512,
  height: 512,
  restore_faces: false,
  tiling: false,
  negative_prompt: '',
  eta: 1.0,
  s_churn: 0,
  s_tmax: 0,
  s_noise: 1,
  override_settings: {},
  override_settings_restore_afterwards: true,
  sampler_name: 'Euler a',
  scheduler: 'automatic',
  sampler_index: 'Euler a',
  script_name: null,
  script_args: [],
  alwayson_scripts: { ADetailer: { args: [false] }, ControlNet: { args: [] } },
}

describe('readWish', () => {
  it('lets defaults and what it does not know through, and keeps no secret', () => {
    const wish = readWish(textWish, { ...webuiapi, auth: 'user:secret', something_new: 1 })
    expect(wish).toMatchObject({ prompt: 'cat', steps: 20, sampler_name: 'Euler a' })
    expect(JSON.stringify(wish)).not.toContain('secret')
  })

  it.each([
    [{ tiling: true }, 'tiling'],
    [{ restore_faces: true }, 'restore_faces'],
    [{ subseed_strength: 0.5 }, 'subseed_strength'],
    [{ script_name: 'X/Y/Z plot' }, 'script_name'],
    [{ alwayson_scripts: { ControlNet: { args: [{ enabled: true }] } } }, 'alwayson_scripts'],
    [{ styles: ['nice'] }, 'styles'],
    [{ override_settings: { CLIP_stop_at_last_layers: 2 } }, 'override_settings'],
    [{ override_settings: { sd_vae: 'other.vae' } }, 'override_settings'],
    [{ refiner_checkpoint: 'x' }, 'refiner_checkpoint'],
    [{ batch_size: 0 }, 'batch_size'],
    [{ steps: 'many' }, 'steps'],
  ])('refuses %j and names the field', (fields, name) => {
    let thrown: unknown
    try {
      readWish(textWish, { ...webuiapi, ...fields })
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(AppError)
    const { status, path } = thrown as AppError
    expect([status, path?.[0]]).toEqual([422, name])
    expect(a1111ErrorBody(thrown as AppError)).toMatchObject({
      error: 'HTTPException',
      detail: expect.stringContaining(name),
    })
  })

  it('takes numbers for truth values, as paint programs send them', () => {
    expect(readWish(pictureWish, { inpaint_full_res: 0 }).inpaint_full_res).toBe(false)
  })
})

describe('passes', () => {
  it('are jobs of at most eight, one seed on from the other', () => {
    const wish = readWish(textWish, { ...webuiapi, batch_size: 4, n_iter: 5, width: 517, height: 300 })
    const inputs = textPasses(wish, common).map(({ input }) => input)
    expect(inputs.map(({ n, seed }) => [n, seed])).toEqual([
      [8, 100],
      [8, 108],
      [4, 116],
    ])
    expect(inputs[0]).toEqual({
      prompt: 'cat',
      negative_prompt: '',
      width: 512,
      height: 296,
      steps: 20,
      guidance_scale: 7,
      sampler: 'euler-ancestral',
      format: 'webp',
      quality: 80,
      n: 8,
      seed: 100,
    })
    expect(batches({ batch_size: 1, n_iter: 1 })).toEqual([{ n: 1, offset: 0 }])
  })

  it('leave to the model what is not said', () => {
    const [pass] = textPasses(readWish(textWish, { prompt: 'cat' }), common)
    for (const name of ['steps', 'width', 'guidance_scale', 'sampler']) expect(pass?.input).not.toHaveProperty(name)
  })

  it('enlarge in a second one', () => {
    const wish = readWish(textWish, { ...webuiapi, enable_hr: true, hr_scale: 1.5, hr_second_pass_steps: 7 })
    expect(textPasses(wish, common)[0]?.input.format).toBe('png')
    const drawn = { image: 'output:job/image-0.png', seed: 103, width: 512, height: 512 }
    expect(enlargingPass(wish, common, drawn)).toMatchObject({
      task: 'image-to-image',
      input: { image: drawn.image, seed: 103, n: 1, width: 768, height: 768, steps: 7, strength: 0.7, format: 'webp' },
    })
    const size = { width: 512, height: 256 }
    expect(enlargedSize({ hr_resize_x: 1024, hr_resize_y: 0, hr_scale: 2 }, size)).toEqual({ width: 1024, height: 512 })
    expect(enlargedSize({ hr_resize_x: 600, hr_resize_y: 600, hr_scale: 2 }, size)).toEqual({ width: 600, height: 600 })
  })
})

it('errors name fields as the client does', () => {
  const error = new AppError('invalid-input', 'guidance_scale: Too big; steps: Too small', { path: ['guidance_scale'] })
  expect(a1111ErrorBody(error).detail).toBe('cfg_scale: Too big; steps: Too small')
})

it('png-info takes sizes apart', () => {
  const text = 'a cat\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, Seed: 5, Size: 512x768'
  expect(infoParameters(text)).toMatchObject({
    Prompt: 'a cat',
    'Negative prompt': 'dog',
    Steps: '20',
    'Size-1': '512',
    'Size-2': '768',
  })
  expect(infoParameters('')).toEqual({})
})
