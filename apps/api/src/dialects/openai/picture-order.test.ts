import { AppError } from '@hearth/contract'
import { describe, expect, it } from 'vitest'
import { openaiErrorBody, openaiStatus } from './error-body.ts'
import { editOrder, generationOrder, variationOrder } from './picture-order.ts'
import { fieldsOfForm, readPictureWish } from './picture-wish.ts'

const generation = (fields: unknown) => generationOrder(readPictureWish(fields))

describe('generations', () => {
  it('takes the words of OpenAI', () => {
    const order = generation({
      prompt: 'red apple',
      model: 'starter',
      n: 2,
      size: '512x768',
      quality: 'high',
      response_format: 'b64_json',
      output_format: 'jpeg',
      output_compression: 0,
      user: 'somebody',
      background: 'auto',
    })
    expect(order.task).toBe('text-to-image')
    expect(order.model).toBe('starter')
    expect(order.input).toEqual({ prompt: 'red apple', n: 2, width: 512, height: 768, format: 'jpeg', quality: 1 })
    expect(order.delivery).toEqual({ format: 'b64_json', stream: false, partialImages: 0, size: '512x768' })
  })

  it('takes the words of SiliconFlow, a picture to start from included', () => {
    const words = {
      prompt: 'red apple',
      image_size: '512x512',
      batch_size: 3,
      num_inference_steps: 12,
      guidance_scale: 4.5,
      negative_prompt: 'blue',
      seed: 9_999_999_999,
    }
    const input = {
      prompt: 'red apple',
      negative_prompt: 'blue',
      width: 512,
      height: 512,
      n: 3,
      steps: 12,
      guidance_scale: 4.5,
      seed: 9_999_999_999,
    }
    expect(generation(words)).toMatchObject({ task: 'text-to-image', input })
    const url = 'data:image/png;base64,AAAA'
    expect(generation({ ...words, image: url })).toMatchObject({
      task: 'image-to-image',
      input: { ...input, image: url },
    })
  })

  it('leaves open what is null, empty or automatic', () => {
    const order = generation({ prompt: 'x', model: '', n: null, size: 'auto', seed: null })
    expect(order.input).toEqual({ prompt: 'x' })
    expect(order.model).toBeUndefined()
  })

  it.each([
    [{}, 'prompt'],
    [{ prompt: 7 }, 'prompt'],
    [{ prompt: 'x', size: 'large' }, 'size'],
    [{ prompt: 'x', n: 'many' }, 'n'],
    [{ prompt: 'x', background: 'transparent' }, 'background'],
    [{ prompt: 'x', partial_images: 4 }, 'partial_images'],
    [{ prompt: 'x', output_format: 'gif' }, 'output_format'],
    [{ prompt: 'x', image2: 'data:' }, 'image2'],
    [{ prompt: 'x', images: ['data:a', 'data:b'] }, 'image'],
  ])('refuses %j and names the field', (fields, param) => {
    let thrown: unknown
    try {
      generation(fields)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(AppError)
    const { error } = openaiErrorBody(thrown as AppError)
    expect(error).toMatchObject({ type: 'invalid_request_error', param })
    expect(openaiStatus(thrown as AppError)).toBe(400)
  })
})

describe('edits and variations', () => {
  const file = new File(['x'], 'x.png')

  it('reads forms, however the picture is called', () => {
    for (const name of ['image', 'image[]']) {
      const fields = fieldsOfForm([
        [name, file],
        ['prompt', 'sun'],
        ['n', '2'],
        ['mask', file],
        ['stream', 'true'],
      ])
      const order = editOrder(readPictureWish(fields))
      expect(order.input).toEqual({ prompt: 'sun', n: 2, image: file, strength: 0.9 })
      expect(order.mask).toBe(file)
      expect(order.delivery.stream).toBe(true)
    }
  })

  it('reads JSON with addresses and uploads', () => {
    const edit = (image: unknown, more = {}) => editOrder(readPictureWish({ prompt: '', images: [image], ...more }))
    expect(edit({ image_url: 'https://a/b.png' }).input.image).toBe('https://a/b.png')
    expect(edit({ image_url: { url: 'https://a/b.png' } }).input.image).toBe('https://a/b.png')
    expect(edit({ file_id: 'abcdefgh' }).input.image).toBe('upload:abcdefgh')
    expect(edit({ file_id: 'abcdefgh' }, { input_fidelity: 'high' }).input.strength).toBe(0.5)
  })

  it('needs one picture', () => {
    expect(() => editOrder(readPictureWish({ prompt: 'x' }))).toThrow(/image/)
    const two = fieldsOfForm([
      ['image[]', file],
      ['image[]', file],
      ['prompt', ''],
    ])
    expect(() => variationOrder(readPictureWish(two))).toThrow(/2 were sent/)
  })
})

describe('errors', () => {
  it('have all four keys and the hint', () => {
    const error = new AppError('model-not-installed', 'the model sd-1.5 is not installed', {
      path: ['model'],
      hint: 'Get it with: hearth pull sd-1.5 (2.1 GB)',
    })
    expect(openaiErrorBody(error)).toEqual({
      error: {
        message: 'the model sd-1.5 is not installed. Get it with: hearth pull sd-1.5 (2.1 GB)',
        type: 'invalid_request_error',
        param: 'model',
        code: 'model_not_found',
      },
      detail: 'the model sd-1.5 is not installed. Get it with: hearth pull sd-1.5 (2.1 GB)',
    })
    expect(openaiStatus(error)).toBe(404)
  })

  it('name fields as the client does', () => {
    const at = (field: string) => openaiErrorBody(new AppError('invalid-input', 'bad', { path: [field] })).error.param
    expect(at('width')).toBe('size')
    expect(at('steps')).toBe('num_inference_steps')
    expect(at('prompt')).toBe('prompt')
  })
})
