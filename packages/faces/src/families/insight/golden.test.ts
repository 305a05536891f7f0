import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Point } from '@hearth/contract'
import { decodePicture, type Picture } from '@hearth/media'
import { type OnnxSession, openSession } from '@hearth/runtime/onnx'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Detector, detectorOf } from './detector.ts'
import { alignFace, embedderOf, type FaceEmbedder } from './embedder.ts'
import golden from './golden/faces.json' with { type: 'json' }

const repo = join(import.meta.dirname, '../../../../..')
const search = { min_score: 0.5, max_faces: 200 }
const sessions: OnnxSession[] = []

async function open<T>(name: string, as: (session: OnnxSession) => T | undefined): Promise<T> {
  const path = join(import.meta.dirname, `golden/${name}.onnx`)
  const session = await openSession(path, { device: 'cpu', deviceIndex: 0, threads: 1 })
  sessions.push(session)
  const opened = as(session)
  if (!opened) throw new Error(`${name} is not recognised`)
  return opened
}

const detectors: Record<string, Detector> = {}
const embedders: Record<string, FaceEmbedder> = {}
beforeAll(async () => {
  detectors.yunet = await open('yunet-tiny', detectorOf)
  detectors.scrfd = await open('scrfd-tiny', detectorOf)
  embedders.sface = await open('sface-tiny', embedderOf)
  embedders.arcface = await open('arcface-tiny', embedderOf)
})
afterAll(async () => {
  for (const session of sessions) await session.dispose()
})

/** A photograph; `x 2` has every pixel four times. */
async function photo(name: string): Promise<Picture> {
  const [file = name, factor = '1'] = name.split(' x ')
  const picture = await decodePicture(readFileSync(join(repo, `packages/testing/photos/${file}.jpg`)))
  const times = Number(factor)
  const [width, height] = [picture.width * times, picture.height * times]
  const data = new Uint8Array(3 * width * height)
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [Math.floor((at % width) / times), Math.floor(at / width / times)]
    const from = 3 * (y * picture.width + x)
    data.set(picture.data.subarray(from, from + 3), 3 * at)
  }
  return { width, height, channels: 3, data }
}

const difference = (found: readonly number[], expected: readonly number[]) =>
  expected.reduce((most, value, index) => Math.max(most, Math.abs(value - (found[index] ?? Number.NaN))), 0)
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'))

describe.each(Object.entries(golden.photos))('%s', (name, expected) => {
  it.each([
    ['yunet', 'OpenCV', expected.yunet],
    ['scrfd', 'InsightFace', expected.scrfd],
  ] as const)(
    '%s finds what %s finds: boxes and points within a pixel, scores within 0.001',
    async (kind, _, faces) => {
      const found = (await detectors[kind]?.(await photo(name), search)) ?? []
      expect(found.length).toBe(faces.length)
      for (const face of faces) {
        // Where scores are nearly equal the order may differ.
        const same = found.find(({ bbox }) => difference(bbox, face.bbox) < 1)
        expect(same, `at ${face.bbox}`).toBeDefined()
        expect(Math.abs((same?.score ?? -1) - face.score)).toBeLessThan(0.001)
        expect(difference(same?.points.flat() ?? [], face.points)).toBeLessThan(1)
      }
    },
  )
})

describe.each(Object.entries(golden.aligned))('%s', (name, expected) => {
  const points = expected.points.map(([x = 0, y = 0]): Point => [x, y])

  it('is aligned as by OpenCV: mean difference within 1/255, none over 3', async () => {
    const { width, data } = alignFace(await photo(name), points)
    const reference = bytes(expected.rgb)
    const half = width / 2
    let sum = 0
    let most = 0
    for (let at = 0; at < half * half; at++) {
      const [x, y] = [2 * (at % half), 2 * Math.floor(at / half)]
      for (let channel = 0; channel < 3; channel++) {
        const gap = Math.abs((data[3 * (y * width + x) + channel] ?? 0) - (reference[3 * at + channel] ?? 0))
        sum += gap
        most = Math.max(most, gap)
      }
    }
    expect(reference.length).toBe(3 * half * half)
    expect(sum / reference.length).toBeLessThan(1)
    expect(most).toBeLessThanOrEqual(3)
  })

  it.each(['sface', 'arcface'] as const)('%s gives the same vector: cosine 0.9999 or more', async kind => {
    const [vector] = (await embedders[kind]?.embed(await photo(name), [points])) ?? []
    const reference = new Float32Array(bytes(expected[kind]).buffer)
    expect(vector?.length).toBe(128)
    expect(cosine(vector ?? new Float32Array(), reference)).toBeGreaterThan(0.9999)
  })
})
