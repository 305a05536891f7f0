import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, type FolderView } from '@hearth/contract'
import { executorSuite } from '@hearth/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { task as detectFaces } from '../../detect-faces/spec.ts'
import { task as embedFaces } from '../../embed-faces/spec.ts'
import { peopleQuestion } from '../../people/question.ts'
import { task as recogniseFaces } from '../../recognise-faces/spec.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import { load } from './load.ts'

const golden = join(import.meta.dirname, 'golden')
const entries = catalogue.map(entry => checkpointEntry.parse(entry))
const [entry] = entries
if (!entry) throw new Error('the catalogue is empty')
const references = { 'upload:portrait': readFileSync(join(golden, '../../../../../testing/photos/obama.jpg')) }
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const nobody = (question: unknown) => {
  const { vectors, default_threshold: threshold = 1 } = peopleQuestion.parse(question)
  const matches = vectors.map(() => ({ person: null, similarity: null, margin: null }))
  return { threshold, threshold_from: 'embedder', matches }
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A checkpoint of these files, by the names under which they are published. */
function checkpointOf(files: Record<string, string>): Checkpoint {
  const dir = mkdtempSync(join(tmpdir(), 'hearth-faces-'))
  folders.push(dir)
  for (const [name, from] of Object.entries(files)) cpSync(join(golden, from), join(dir, name))
  return { ...entry!, family: family.id, dir, digest: 'unverified', tasks: [...family.tasks] }
}
const opencv = {
  'face_detection_yunet/face_detection_yunet_2023mar.onnx': 'yunet-tiny.onnx',
  'face_recognition_sface/face_recognition_sface_2021dec.onnx': 'sface-tiny.onnx',
}
const immich = { 'detection/model.onnx': 'scrfd-tiny.onnx', 'recognition/model.onnx': 'arcface-tiny.onnx' }

for (const [name, files] of Object.entries({ opencv, immich })) {
  for (const task of [detectFaces, embedFaces, recogniseFaces]) {
    executorSuite(`insight, files as of ${name}, ${task.id}`, {
      load,
      checkpoint: checkpointOf(files),
      task,
      family,
      input: { image: 'upload:portrait' },
      references,
      keepers: { people: nobody },
      stepsAfterAbort: 0,
    })
  }
}

const folder = (paths: readonly string[]): FolderView => ({
  files: paths.map(path => ({ path, bytes: 1 })),
  json: async () => undefined,
})

describe('folders', () => {
  it('are recognised for every entry of the catalogue, and where a pack was unzipped by hand', async () => {
    const unzipped = ['1k3d68.onnx', '2d106det.onnx', 'det_10g.onnx', 'genderage.onnx', 'w600k_r50.onnx']
    for (const paths of [...entries.map(({ files }) => files.map(({ path }) => path)), unzipped]) {
      expect(await family.describe?.(folder(paths)), paths.join()).toMatchObject({ tasks: family.tasks })
    }
  })

  it('of other kinds are left to others', async () => {
    for (const paths of [
      ['model.onnx'],
      ['det_10g.onnx'],
      ['visual/model.onnx', 'textual/model.onnx'],
      ['yunet.onnx'],
    ]) {
      expect(await family.describe?.(folder(paths))).toBeUndefined()
    }
  })

  it('are refused where a file is not what its name says', async () => {
    const swapped = { 'detection/model.onnx': 'sface-tiny.onnx', 'recognition/model.onnx': 'yunet-tiny.onnx' }
    await expect(load(checkpointOf(swapped), placement)).rejects.toMatchObject({ code: 'model-broken' })
    const damaged = checkpointOf(immich)
    writeFileSync(join(damaged.dir, 'recognition/model.onnx'), 'no graph')
    await expect(load(damaged, placement)).rejects.toMatchObject({ code: 'model-broken' })
  })
})

describe('the catalogue', () => {
  it('gives each embedder a threshold, and asks consent to the licence that forbids business', () => {
    for (const { id, defaults, licence, bytes, files } of entries) {
      expect(defaults.threshold, id).toBeGreaterThan(0)
      expect(licence.must_accept, id).toBe(licence.id.includes('non-commercial'))
      expect(bytes, id).toBe(files.reduce((sum, file) => sum + file.bytes, 0))
    }
  })
})
