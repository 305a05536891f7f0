import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, type FolderView } from '@hearth/contract'
import { describe, expect, test } from 'vitest'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'

const golden = join(import.meta.dirname, 'golden')
const entries = catalogue.map(entry => checkpointEntry.parse(entry))

async function view(dir: string): Promise<FolderView> {
  const names = (await readdir(dir, { recursive: true })).filter(name => /\.\w+$/.test(name))
  const files = await Promise.all(names.map(async path => ({ path, bytes: (await stat(join(dir, path))).size })))
  return {
    files,
    json: async path => (names.includes(path) ? JSON.parse(await readFile(join(dir, path), 'utf8')) : undefined),
  }
}

/** A folder of which only names and one file are known. */
function listed(config: object | undefined, ...paths: string[]): FolderView {
  return {
    files: ['preprocessor_config.json', 'config.json', ...paths].map(path => ({ path, bytes: 500 })),
    json: async path => (path === 'config.json' ? config : undefined),
  }
}

const pair = ['classify-zero-shot', 'embed-image']

describe('recognising folders', () => {
  test.each([
    [
      'vit',
      {
        title: 'Image classifier (vit)',
        tasks: ['classify-image'],
        precision: 'fp32',
        defaults: { width: 64, height: 64 },
      },
    ],
    ['convnext', { tasks: ['classify-image'], defaults: { width: 96, height: 96 } }],
    [
      'detr',
      {
        title: 'Object detector (detr)',
        tasks: ['detect-objects', 'detect-in-video'],
        defaults: { width: 117, height: 88 },
      },
    ],
    ['yolos', { tasks: ['detect-objects', 'detect-in-video'] }],
    ['rt_detr', { tasks: ['detect-objects', 'detect-in-video'] }],
    ['d_fine', { tasks: ['detect-objects', 'detect-in-video'] }],
    ['clip', { title: 'Image and text embedder (clip)', tasks: pair }],
    ['siglip', { tasks: pair }],
    ['depth_anything', { tasks: ['estimate-depth'] }],
    ['birefnet', { tasks: ['remove-background'] }],
  ])('%s', async (name, expected) => {
    expect(await family.describe?.(await view(join(golden, name)))).toMatchObject(expected)
  })

  test.each([
    [{ model_type: 'depth_anything' }, ['estimate-depth']],
    [{ model_type: 'isnet' }, ['remove-background']],
    [{ model_type: 'swin' }, ['remove-background']],
    [{ model_type: 'SegformerForSemanticSegmentation', architectures: ['BriaRMBG'] }, ['remove-background']],
  ])('of conversions that say little: %o', async (config, tasks) => {
    expect(await family.describe?.(listed(config, 'onnx/model.onnx'))).toMatchObject({ tasks })
  })

  test('takes the precision that is there, the finest first', async () => {
    const vit = { model_type: 'vit', architectures: ['ViTForImageClassification'] }
    const precision = async (...names: string[]) =>
      (await family.describe?.(listed(vit, ...names.map(name => `onnx/${name}.onnx`))))?.precision
    expect(await precision('model_quantized')).toBe('int8')
    expect(await precision('model_quantized', 'model_fp16')).toBe('fp16')
    expect(await precision('model_quantized', 'model_fp16', 'model')).toBe('fp32')
    expect(await precision('model_q4')).toBeUndefined()
  })

  test('a pair without its whole graph embeds, and without a tokenizer does nothing', async () => {
    const halves = ['onnx/vision_model.onnx', 'onnx/text_model.onnx']
    const clip = { model_type: 'clip', architectures: ['CLIPModel'] }
    expect(await family.describe?.(listed(clip, 'tokenizer.json', ...halves))).toMatchObject({ tasks: ['embed-image'] })
    expect(await family.describe?.(listed(clip, ...halves))).toBeUndefined()
  })

  test('leaves others alone', async () => {
    expect(await family.describe?.(listed(undefined, 'model.onnx'))).toBeUndefined()
    expect(await family.describe?.(listed({ model_type: 'bert' }, 'onnx/model.onnx'))).toBeUndefined()
    expect(await family.describe?.(listed({ model_type: 3 }, 'onnx/model.onnx'))).toBeUndefined()
  })
})

describe('the catalogue', () => {
  test('has something for every task of the family, with sources, sizes and licences', async () => {
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
    for (const entry of entries) {
      expect([entry.id, entry.licence.url?.startsWith('https://')]).toEqual([entry.id, true])
      expect(entry.bytes).toBeGreaterThan(1e7)
      // Publishers keep up to nine precisions side by side; one is taken.
      expect(entry.paths).toContain('config.json')
      expect(entry.paths.some(path => path.startsWith('onnx/'))).toBe(true)
    }
    expect(entries.filter(({ licence }) => licence.must_accept).map(({ id }) => id)).toEqual(['rmbg-1.4'])
    expect(entries.find(({ aliases }) => aliases.includes('ViT-B-32__openai'))?.id).toBe('clip-vit-base-patch32')
  })

  test('is estimated by weights and by what is looked at', () => {
    const estimate = (id: string) => {
      const entry = entries.find(found => found.id === id)!
      const checkpoint: Checkpoint = { ...entry, family: family.id, dir: '', digest: '', tasks: entry.tasks ?? [] }
      return family.estimate(checkpoint)
    }
    expect(estimate('yolos-tiny')).toBeLessThan(1.2e9)
    expect(estimate('vit-base-patch16-224')).toBeGreaterThan(0.347e9 * 1.5)
    // Known to need gigabytes.
    expect(estimate('birefnet-lite')).toBeGreaterThan(5e9)
    expect(estimate('dfine-m')).toBeLessThan(1.2e9)
    expect(estimate('siglip-base-patch16-224')).toBeGreaterThan(estimate('clip-vit-base-patch32'))
  })
})
