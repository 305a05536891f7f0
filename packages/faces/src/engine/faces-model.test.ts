import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute, type Model } from '@hearth/contract'
import { blurPicture, decodePicture, encodePicture, inspectPicture, type Picture } from '@hearth/media'
import { fakeContext } from '@hearth/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { task as detectFaces } from '../detect-faces/spec.ts'
import { task as embedFaces } from '../embed-faces/spec.ts'
import catalogue from '../families/human/checkpoints.json' with { type: 'json' }
import { family } from '../families/human/family.ts'
import { load } from '../families/human/load.ts'
import { type PeopleQuestion, peopleQuestion } from '../people/question.ts'
import { task as recogniseFaces } from '../recognise-faces/spec.ts'

const repo = join(import.meta.dirname, '../../../..')
const file = (name: string) => readFileSync(join(repo, `packages/testing/photos/${name}.jpg`))
const image = 'upload:picture1'
let model: Model

beforeAll(async () => {
  const entry = checkpointEntry.parse(catalogue[0])
  const dir = join(repo, 'models/starter/faces')
  const checkpoint: Checkpoint = { ...entry, family: family.id, dir, digest: 'unverified', tasks: [...family.tasks] }
  model = await load(checkpoint, { device: 'cpu', deviceIndex: 0, threads: 1 })
})
afterAll(() => model.dispose())
afterEach(() => {
  vi.useRealTimers()
})

const detect = async (bytes: Uint8Array, input: object = {}) =>
  detectFaces.output.parse(
    await execute(model, detectFaces, { image, ...input }, fakeContext({ references: { [image]: bytes } })),
  )
const embed = async (bytes: Uint8Array, crops = false) =>
  embedFaces.output.parse(
    await execute(model, embedFaces, { image, crops }, fakeContext({ references: { [image]: bytes } })),
  )

/** Each pixel of the new picture from (x, y) of the old one. */
function rearrange(picture: Picture, width: number, height: number, from: (x: number, y: number) => [number, number]) {
  const data = new Uint8Array(3 * width * height)
  for (let at = 0; at < width * height; at++) {
    const [x, y] = from(at % width, Math.floor(at / width))
    const start = 3 * (y * picture.width + x)
    data.set(picture.data.subarray(start, start + 3), 3 * at)
  }
  return { width, height, channels: 3 as const, data }
}
const png = (picture: Picture) => encodePicture(picture, { format: 'png' })

/** A JPEG whose EXIF says that it has to be turned a quarter clockwise to be seen upright. */
async function lying(picture: Picture): Promise<Uint8Array> {
  const turned = rearrange(picture, picture.height, picture.width, (x, y) => [picture.width - 1 - y, x])
  const jpeg = await encodePicture(turned, { format: 'jpeg', quality: 95 })
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff]
  return Uint8Array.from([...jpeg.subarray(0, 2), 0xff, 0xe1, 0, exif.length + 2, ...exif, ...jpeg.subarray(2)])
}

describe('detect-faces', () => {
  it.each(['chelsea', 'coffee', 'rocket'])('finds no face in %s', async name => {
    expect((await detect(file(name))).faces).toEqual([])
  })

  it('answers in pixels of the upright picture', async () => {
    const picture = await decodePicture(file('biden'))
    const bytes = await lying(picture)
    expect(await inspectPicture(bytes)).toMatchObject({ width: picture.width, height: picture.height })
    const [upright, rotated] = [await detect(file('biden')), await detect(bytes)]
    expect(rotated).toMatchObject({ width: upright.width, height: upright.height })
    rotated.faces[0]?.bbox.forEach((value, index) => {
      expect(Math.abs(value - (upright.faces[0]?.bbox[index] ?? 0))).toBeLessThan(3)
    })
  })

  it('tells left from right in a mirrored picture', async () => {
    const picture = await decodePicture(file('camera'))
    const { width, height } = picture
    const mirrored = await png(rearrange(picture, width, height, (x, y) => [width - 1 - x, y]))
    const [one] = (await detect(file('camera'))).faces
    const [other] = (await detect(mirrored)).faces
    expect(one?.quality.yaw).toBeGreaterThan(25)
    expect(other?.quality.yaw).toBeLessThan(-25)
    expect(one?.landmarks.left_eye[0]).toBeLessThan(one?.landmarks.right_eye[0] ?? 0)
    expect(other?.landmarks.left_eye[0]).toBeLessThan(other?.landmarks.right_eye[0] ?? 0)
  })

  it('sees that a picture is blurred, and how large the face is', async () => {
    const blurred = await png(await blurPicture(await decodePicture(file('obama')), 4))
    const [sharp] = (await detect(file('obama'))).faces
    const [soft] = (await detect(blurred)).faces
    expect(sharp?.quality.sharpness).toBeGreaterThan(5 * (soft?.quality.sharpness ?? 0))
    expect(sharp?.quality.size).toBeCloseTo(139.1, 0)
    expect(sharp?.quality.brightness).toBeGreaterThan(100)
  })

  it('leaves out what it is less sure of, and more than asked for', async () => {
    expect((await detect(file('obama'), { min_score: 0.95 })).faces).toEqual([])
    const two = await decodePicture(file('obama'))
    const beside = rearrange(two, 2 * two.width, two.height, (x, y) => [x % two.width, y])
    expect((await detect(await png(beside))).faces.length).toBe(2)
    expect((await detect(await png(beside), { max_faces: 1 })).faces.length).toBe(1)
  })

  it.each([
    [1, 1],
    [3, 900],
  ])('has nothing to say of %i x %i pixels, and does not fail', async (width, height) => {
    const picture: Picture = { width, height, channels: 3, data: new Uint8Array(3 * width * height).fill(90) }
    expect(await detect(await png(picture))).toEqual({ width, height, faces: [] })
  })
})

describe('embed-faces', () => {
  it("gives vectors of unit length under the embedder's own digest, and upright crops", async () => {
    const { embedder, faces } = await embed(file('obama'), true)
    const digest = catalogue[0]?.files.find(({ path }) => path === 'faceres.onnx')?.sha256
    expect(embedder).toEqual({ id: 'starter-faces', digest, dimensions: 1024 })
    expect(faces[0]?.embedding.length).toBe(1024)
    expect(Math.hypot(...(faces[0]?.embedding ?? []))).toBeCloseTo(1, 5)
    const crop = Buffer.from(faces[0]?.crop ?? '', 'base64')
    expect(await inspectPicture(crop)).toMatchObject({ format: 'jpeg', width: 256, height: 256 })
    const [again] = (await detect(crop)).faces
    expect(Math.abs(again?.quality.roll ?? 90)).toBeLessThan(5)
  })
})

/** A stream of frames, and what its runs ask of the people's keeper. */
function stream(known: boolean) {
  vi.useFakeTimers({ toFake: ['performance'] })
  const memory = new Map<string, unknown>()
  const asked: PeopleQuestion[] = []
  const people = (raw: unknown) => {
    const question = peopleQuestion.parse(raw)
    asked.push(question)
    const person = known ? { id: 'p1', name: 'Ada' } : null
    const matches = question.vectors.map(() => ({ person, similarity: 0.7, margin: null }))
    return { threshold: question.threshold ?? 0.6, threshold_from: 'embedder', matches }
  }
  return {
    asked,
    async frame(bytes: Uint8Array, after: number, input: object = {}) {
      vi.advanceTimersByTime(after)
      const context = fakeContext({ references: { [image]: bytes }, keepers: { people }, memory })
      return recogniseFaces.output.parse(await execute(model, recogniseFaces, { image, ...input }, context))
    },
  }
}

describe('recognise-faces', () => {
  it('asks who it is with the threshold that the embedder advises', async () => {
    const asked: PeopleQuestion[] = []
    const people = (question: unknown) => {
      asked.push(peopleQuestion.parse(question))
      return { threshold: 0.6, threshold_from: 'embedder', matches: [{ person: null, similarity: 0.4, margin: 0.1 }] }
    }
    const context = fakeContext({ references: { [image]: file('obama') }, keepers: { people } })
    const output = recogniseFaces.output.parse(await execute(model, recogniseFaces, { image }, context))
    expect(asked).toMatchObject([{ collection: 'default', default_threshold: 0.6, embedder: { id: 'starter-faces' } }])
    expect(output).toMatchObject({ threshold: 0.6, faces: [{ person: null, similarity: 0.4, margin: 0.1 }] })
    expect(output.faces[0]?.quality.live).toBeGreaterThan(0)
  })

  it('refuses an answer that does not fit its question', async () => {
    const people = () => ({ threshold: 0.6, threshold_from: 'embedder', matches: [] })
    const context = fakeContext({ references: { [image]: file('obama') }, keepers: { people } })
    await expect(execute(model, recogniseFaces, { image }, context)).rejects.toMatchObject({ code: 'internal' })
  })

  it('asks once per track, and again every three seconds', async () => {
    const { asked, frame } = stream(true)
    const first = await frame(file('obama'), 0)
    expect(first.faces[0]).toMatchObject({ track: 1, person: { name: 'Ada' } })
    for (let count = 0; count < 9; count++) {
      expect((await frame(file('obama'), 100)).faces[0]).toMatchObject({ track: 1, person: { name: 'Ada' } })
    }
    expect(asked.length).toBe(1)
    await frame(file('obama'), 900)
    await frame(file('obama'), 900)
    await frame(file('obama'), 900)
    expect(asked.length).toBe(2)
  })

  it('asks again about somebody unknown when there is a clearly better view', async () => {
    const blurred = await png(await blurPicture(await decodePicture(file('obama')), 3))
    const { asked, frame } = stream(false)
    await frame(blurred, 0)
    await frame(blurred, 100)
    expect(asked.length).toBe(1)
    expect((await frame(file('obama'), 100)).faces[0]).toMatchObject({ track: 1, person: null })
    await frame(file('obama'), 100)
    await frame(blurred, 100)
    expect(asked.length).toBe(2)
  })

  it('forgets who is who when other people are looked among', async () => {
    const { asked, frame } = stream(true)
    await frame(file('obama'), 0)
    await frame(file('obama'), 100, { collection: 'others' })
    await frame(file('obama'), 100, { collection: 'others', threshold: 0.9 })
    expect(asked.map(({ collection, threshold }) => [collection, threshold])).toEqual([
      ['default', undefined],
      ['others', undefined],
      ['others', 0.9],
    ])
  })

  it('says the threshold where there is no face', async () => {
    const { asked, frame } = stream(true)
    expect(await frame(file('coffee'), 0)).toMatchObject({ threshold: 0.6, faces: [] })
    expect(await frame(file('coffee'), 100)).toMatchObject({ threshold: 0.6, faces: [] })
    expect(asked).toMatchObject([{ vectors: [] }])
  })
})
