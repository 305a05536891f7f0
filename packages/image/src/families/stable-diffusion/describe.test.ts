import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type Checkpoint, checkpointEntry, type FolderView } from '@hearth/contract'
import { describe, expect, test } from 'vitest'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'

const golden = join(import.meta.dirname, 'golden')
const repo = join(import.meta.dirname, '../../../../..')
const entries = catalogue.map(entry => checkpointEntry.parse(entry))

async function view(dir: string): Promise<FolderView> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  const files = await Promise.all(
    paths.map(async path => ({ path: relative(dir, path), bytes: (await stat(path)).size })),
  )
  const json = async (path: string): Promise<unknown> =>
    existsSync(join(dir, path)) ? JSON.parse(await readFile(join(dir, path), 'utf8')) : undefined
  return { files, json }
}

/** A folder of which only names, sizes and configs are known. */
function listed(files: Record<string, number | object>): FolderView {
  const sized = Object.entries(files).map(([path, content]) => ({
    path,
    bytes: typeof content === 'number' ? content : 500,
  }))
  return { files: sized, json: async path => (typeof files[path] === 'object' ? files[path] : undefined) }
}

describe('recognising folders', () => {
  const both = ['text-to-image', 'image-to-image']
  test.each([
    ['plain', { title: 'Stable Diffusion', tasks: both, precision: 'fp16', defaults: { width: 64, height: 64 } }],
    ['sdxl', { title: 'Stable Diffusion XL', tasks: both, defaults: { width: 32, height: 32 } }],
    ['lcm', { title: 'Stable Diffusion', tasks: both }],
  ])('%s', async (name, expected) => {
    expect(await family.describe?.(await view(join(golden, name)))).toMatchObject(expected)
  })

  test('of the first exports, which have no configs', async () => {
    const index = { _class_name: 'OnnxStableDiffusionPipeline' }
    const sizes = { 'unet/model.onnx': 1e6, 'unet/weights.pb': 3.44e9, 'vae_decoder/model.onnx': 198e6 }
    const clip = { ...sizes, 'model_index.json': index, 'text_encoder/model.onnx': 493e6 }
    const defaults = { width: 512, height: 512 }
    expect(await family.describe?.(listed(clip))).toEqual({
      title: 'Stable Diffusion',
      tasks: ['text-to-image'],
      precision: 'fp32',
      defaults,
    })
    const openClip = await family.describe?.(listed({ ...clip, 'text_encoder/model.onnx': 682e6 }))
    expect(openClip).toMatchObject({ precision: 'fp16' })
  })

  test('leaves others alone, and says what is wrong with broken ones', async () => {
    expect(await family.describe?.(listed({ 'config.json': {}, 'model.onnx': 5 }))).toBeUndefined()
    const graphs = { 'unet/model.onnx': 1, 'vae_decoder/model.onnx': 1, 'text_encoder/model.onnx': 1 }
    expect(await family.describe?.(listed(graphs))).toBeUndefined()
    const noConfig = { ...graphs, 'model_index.json': { _class_name: 'StableDiffusionPipeline' } }
    await expect(family.describe?.(listed(noConfig))).rejects.toMatchObject({
      code: 'model-broken',
      message: expect.stringContaining('unet/config.json'),
    })
  })
})

describe('the catalogue', () => {
  test('has the models that people ask for, with licences and sizes', () => {
    const ids = entries.map(entry => entry.id)
    expect(ids).toEqual(expect.arrayContaining(['starter', 'stable-diffusion-v1-5', 'sd-turbo', 'stable-diffusion-xl']))
    expect(new Set(ids).size).toBe(ids.length)
    for (const entry of entries) {
      expect(entry.bytes).toBeGreaterThan(1e6)
      expect(entry.example_prompts.length).toBeGreaterThan(0)
      expect(entry.sources.length).toBeGreaterThan(0)
    }
    const nonCommercial = entries.filter(entry => entry.licence.id.includes('nc'))
    expect(nonCommercial.length).toBeGreaterThan(0)
    expect(nonCommercial.every(entry => entry.licence.must_accept)).toBe(true)
  })

  test("lists the starter's files as they are, under 60 MB", async () => {
    const starter = entries.find(entry => entry.starter)!
    const dir = join(repo, 'models/starter/text-to-image')
    for (const file of starter.files) {
      const bytes = await readFile(join(dir, file.path))
      expect([file.path, bytes.length]).toEqual([file.path, file.bytes])
      expect([file.path, createHash('sha256').update(bytes).digest('hex')]).toEqual([file.path, file.sha256])
    }
    expect(starter.bytes).toBe(starter.files.reduce((sum, file) => sum + file.bytes, 0))
    expect(starter.bytes).toBeLessThan(60e6)
  })
})

describe('estimates', () => {
  const of = (id: string): Checkpoint => {
    const entry = entries.find(found => found.id === id)!
    return { ...entry, family: family.id, dir: '', digest: '', tasks: [] }
  }
  const gigabytes = (id: string, input?: object) => family.estimate(of(id), input) / 1e9

  test('grow with weights, size and number, up to one batch', () => {
    expect(gigabytes('starter')).toBeLessThan(0.6)
    expect(gigabytes('stable-diffusion-v1-5')).toBeGreaterThan(4.27 + 0.5)
    expect(gigabytes('stable-diffusion-xl')).toBeGreaterThan(14)
    const large = gigabytes('stable-diffusion-v1-5', { prompt: 'x', width: 1024, height: 1024 })
    expect(large).toBeGreaterThan(gigabytes('stable-diffusion-v1-5'))
    const eight = gigabytes('starter', { prompt: 'x', n: 8 })
    expect(eight).toBeGreaterThan(gigabytes('starter', { prompt: 'x' }))
    expect(eight).toBeLessThan(3)
  })

  test('of work are proportional to steps, pixels, pictures and passes', () => {
    const work = (input: object) =>
      family.work?.({ prompt: 'x', width: 128, height: 128, steps: 10, guidance_scale: 2, ...input })
    const one = work({})!
    expect([work({ steps: 20 }), work({ n: 3 }), work({ width: 256 })]).toEqual([2 * one, 3 * one, 2 * one])
    expect(work({ guidance_scale: 1 })).toBe(one / 2)
    expect(work({ strength: 0.5 })).toBe(one / 2)
    expect(family.work?.({ steps: 'many' })).toBe(0)
  })
})
