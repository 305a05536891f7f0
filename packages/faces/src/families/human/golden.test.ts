import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bbox } from '@hearth/contract'
import { decodePicture, type Picture } from '@hearth/media'
import { type OnnxSession, openSession } from '@hearth/runtime/onnx'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FaceEngine, FoundFace } from '../../engine/face-engine.ts'
import { createScratch } from '../../engine/scratch.ts'
import { blazeface, blazefaceTensor } from './blazeface.ts'
import { humanEngine } from './engine.ts'
import { faceMeshes } from './face-mesh.ts'
import golden from './golden/faces.json' with { type: 'json' }
import { uprightView } from './upright-view.ts'

const repo = join(import.meta.dirname, '../../../../..')
const open = (name: string): Promise<OnnxSession> =>
  openSession(join(repo, `models/starter/faces/${name}.onnx`), { device: 'cpu', deviceIndex: 0, threads: 1 })
const search = { min_score: 0.5, max_faces: 50 }
/** Every so many numbers of the tensor are kept in the golden file. */
const samples = 997
const photos = Object.entries(golden.photos)
const landmarkNames = ['left_eye', 'right_eye', 'nose', 'mouth', 'mouth_left', 'mouth_right'] as const

let detector: OnnxSession
let mesh: OnnxSession
let engine: FaceEngine
beforeAll(async () => {
  detector = await open('blazeface')
  mesh = await open('facemesh')
  const [faceres, antispoof, liveness] = [await open('faceres'), await open('antispoof'), await open('liveness')]
  const sessions = { blazeface: detector, facemesh: mesh, faceres, antispoof, liveness }
  engine = humanEngine(sessions, { id: 'test', digest: 'test', dimensions: 1024 }, 0.6)
})
afterAll(() => engine.dispose())

const photo = (name: string): Promise<Picture> =>
  decodePicture(readFileSync(join(repo, `packages/testing/photos/${name}.jpg`)))

/** The largest difference of two lists of numbers; infinite unless they are equally long. */
function difference(found: ArrayLike<number>, expected: readonly number[]): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY
  return expected.reduce((most, value, index) => Math.max(most, Math.abs(value - (found[index] ?? Number.NaN))), 0)
}

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)

/** Something in a box, whether it is a face or not. */
function boxed([x1 = 0, y1 = 0, x2 = 0, y2 = 0]: readonly number[]): FoundFace {
  const bbox: Bbox = [x1, y1, x2, y2]
  const landmarks: FoundFace['landmarks'] = { left_eye: [x1, y1], right_eye: [x2, y1], nose: [x1, y2] }
  return { bbox, score: 1, landmarks, pose: { yaw: 0, pitch: 0, roll: 0 } }
}

describe.each(photos)('%s, against Python', (name, expected) => {
  it('feeds the detector the same numbers within 1/255', async () => {
    const picture = await photo(name)
    expect([picture.width, picture.height]).toEqual(expected.size)
    const tensor = new Float32Array(256 * 256 * 3)
    blazefaceTensor(picture, tensor)
    // From -1 to 1 the 255 steps are twice as wide.
    expect(
      difference(
        tensor.filter((_, index) => index % samples === 0),
        expected.tensor,
      ),
    ).toBeLessThan(2 / 255)
  })

  it('finds the same candidates: boxes within a pixel, scores and confirmation within 0.001', async () => {
    const picture = await photo(name)
    const candidates = await blazeface(detector, picture, search.min_score, createScratch())
    expect(candidates.length).toBe(expected.candidates.length)
    const meshes = await faceMeshes(
      mesh,
      candidates.map(({ bbox }) => uprightView(picture, bbox, 0)),
      createScratch(),
    )
    for (const [index, { bbox, score, confidence }] of expected.candidates.entries()) {
      expect(difference(candidates[index]?.bbox ?? [], bbox)).toBeLessThan(1)
      expect(candidates[index]?.score).toBeCloseTo(score, 3)
      expect(Math.abs((meshes[index]?.confidence ?? -1) - confidence)).toBeLessThan(0.001)
    }
  })

  it('finds the same faces, with landmarks within a pixel and live scores within 0.001', async () => {
    const picture = await photo(name)
    const faces = await engine.detect(picture, search)
    const confirmed = expected.candidates.filter(({ confidence }) => confidence >= 0.5)
    expect(faces.length).toBe(confirmed.length)
    const live = await engine.live?.(picture, faces)
    for (const [index, face] of confirmed.entries()) {
      for (const landmark of landmarkNames) {
        expect(difference(faces[index]?.landmarks[landmark] ?? [], face.landmarks[landmark])).toBeLessThan(1)
      }
      expect(Math.abs((live?.[index] ?? -1) - Math.min(face.real, face.live))).toBeLessThan(0.001)
    }
  })
})

describe('vectors, against Python', () => {
  it.each(Object.entries(golden.objects))('%s: cosine 0.9999 or more', async (name, { bbox, vector }) => {
    const expected = new Float32Array(Uint8Array.from(Buffer.from(vector, 'base64')).buffer)
    const [found] = await engine.embed(await photo(name), [boxed(bbox)])
    expect(found?.vector.length).toBe(1024)
    expect(cosine(found?.vector ?? new Float32Array(), expected)).toBeGreaterThan(0.9999)
  })

  it('finds people as alike as Python does, and one person more than two', async () => {
    const vectors = new Map<string, Float32Array>()
    for (const name of new Set(golden.likeness.flatMap(([a, b]) => [String(a), String(b)]))) {
      const picture = await photo(name)
      const [face] = await engine.embed(picture, await engine.detect(picture, search))
      if (face) vectors.set(name, face.vector)
    }
    const same: number[] = []
    const different: number[] = []
    for (const [a, b, expected] of golden.likeness) {
      const likeness = cosine(
        vectors.get(String(a)) ?? new Float32Array(),
        vectors.get(String(b)) ?? new Float32Array(),
      )
      expect(Math.abs(likeness - Number(expected))).toBeLessThan(0.001)
      const isSame = String(a).startsWith('obama') && String(b).startsWith('obama')
      ;(isSame ? same : different).push(likeness)
    }
    expect(same.length).toBe(3)
    expect(different.length).toBe(18)
    expect(Math.min(...same)).toBeGreaterThan(engine.threshold ?? 1)
    expect(Math.max(...different)).toBeLessThan(engine.threshold ?? 0)
  })
})
