import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute } from '@hearth/contract'
import { encodeAudio } from '@hearth/media'
import { executorSuite, fakeContext } from '@hearth/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { task } from '../../diarise/spec.ts'
import { field } from '../../sherpa/protobuf.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import { load } from './load.ts'

const golden = join(import.meta.dirname, 'golden')
const entry = checkpointEntry.parse(catalogue[0])
const checkpoint: Checkpoint = { ...entry, family: family.id, dir: golden, digest: 'unverified', tasks: [task.id] }
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const

/** For the weights of scripts/golden/tiny_diariser.py these are two voices. */
const [low, high] = [400, 2000]

type Tone = [seconds: number, hertz: number]
async function tones(...parts: Tone[]): Promise<Uint8Array> {
  const encoder = encodeAudio({ format: 'wav', sampleRate: 16_000 })
  for (const [seconds, hertz] of parts) {
    const wave = (_: unknown, n: number) => 0.4 * Math.sin((2 * Math.PI * hertz * n) / 16_000)
    await encoder.write(Float32Array.from({ length: seconds * 16_000 }, wave))
  }
  return encoder.end()
}
const talk: Tone[] = [
  [1, 0],
  [3, high],
  [1, 0],
  [8, low],
  [2, high],
  [10, low],
]

executorSuite('sherpa-diariser, diarise', {
  load,
  checkpoint,
  family,
  task,
  input: { audio: 'upload:recording' },
  references: { 'upload:recording': await tones(...talk) },
})

describe('a talk', () => {
  let model: Awaited<ReturnType<typeof load>>
  beforeAll(async () => {
    model = await load(checkpoint, placement)
  })
  afterAll(() => model.dispose())

  const listen = async (bytes: Uint8Array, some: object = {}) => {
    const context = fakeContext({ references: { 'upload:recording': bytes } })
    return task.output.parse(await execute(model, task, { audio: 'upload:recording', ...some }, context))
  }

  it('has its turns, and who spoke first is number 0', async () => {
    const { segments, speakers, seconds } = await listen(await tones(...talk))
    expect([speakers, seconds]).toEqual([2, 25])
    const wanted = [
      [1, 4, 0],
      [5, 13, 1],
      [13, 15, 0],
      [15, 25, 1],
    ] as const
    expect(segments.map(({ speaker }) => speaker)).toEqual(wanted.map(([, , number]) => `SPEAKER_0${number}`))
    for (const [at, [start, end]] of wanted.entries()) {
      // A window of the segmentation is 62 ms long.
      expect(Math.abs((segments[at]?.start ?? 0) - start)).toBeLessThan(0.07)
      expect(Math.abs((segments[at]?.end ?? 0) - end)).toBeLessThan(0.07)
    }
  })

  it.each([
    [25, talk],
    [
      7,
      [
        [3, low],
        [1, 0],
        [3, high],
      ] satisfies Tone[],
    ],
  ] as const)('of %i s has as many speakers as are asked for', async (_, parts) => {
    const sound = await tones(...parts)
    for (const speakers of [1, 2]) expect((await listen(sound, { speakers })).speakers).toBe(speakers)
    expect((await listen(sound, { threshold: 1.9 })).speakers).toBe(1)
    expect((await listen(sound)).speakers).toBe(2)
  })

  it('of nobody, or of a moment, has no turns', async () => {
    for (const parts of [[[3, 0]], [[0.1, low]], [[30, 0]]] satisfies Tone[][]) {
      expect(await listen(await tones(...parts), { speakers: 3 })).toMatchObject({ segments: [], speakers: 0 })
    }
  })

  it('that is too long for memory is refused before it is read', async () => {
    const long = Buffer.from(await tones([1, low]))
    // A rate of one sample in a hundredth of the time: the same bytes last longer.
    const file = Buffer.concat([long.subarray(0, 44), Buffer.alloc(16_000_000)])
    file.writeUInt32LE(1000, 24)
    file.writeUInt32LE(2000, 28)
    for (const at of [4, 40]) file.writeUInt32LE(file.length - 44, at)
    await expect(listen(file)).rejects.toMatchObject({ code: 'too-large', hint: expect.stringContaining('parts') })
  })
})

describe('weights', () => {
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hearth-diariser-'))
  })
  afterAll(() => rm(dir, { recursive: true }))
  const open = () => load({ ...checkpoint, dir }, placement)
  const lay = (name: string, from: string) => copyFile(join(golden, from), join(dir, name))

  /** The last value of a name counts, as it does for sherpa. */
  async function say(name: string, from: string, key: string, value: string) {
    const graph = await readFile(join(golden, from))
    await writeFile(join(dir, name), Buffer.concat([graph, field(14, [field(1, key), field(2, value)])]))
  }

  it('are found by what is in them, and refused with what is wrong', async () => {
    const broken = (text: string) => ({ code: 'model-broken', message: expect.stringContaining(text) })
    await expect(open()).rejects.toMatchObject(broken('a segmentation'))
    await lay('a.onnx', 'segmentation.onnx')
    await expect(open()).rejects.toMatchObject(broken('an embedding'))
    await lay('b.onnx', 'embedding.onnx')
    await (await open()).dispose()
    for (const [key, value] of [
      ['sample_rate', '8000'],
      ['window_size', ''],
      ['powerset_max_classes', '3'],
      ['num_classes', '8'],
    ] as const) {
      await say('a.onnx', 'segmentation.onnx', key, value)
      await expect(open()).rejects.toMatchObject(broken(`a.onnx is not as it should be: ${key}`))
    }
    await lay('a.onnx', 'segmentation.onnx')
    for (const [key, value] of [
      ['framework', 'speechbrain'],
      ['framework', 'nemo'],
      ['output_dim', '-1'],
    ] as const) {
      await say('b.onnx', 'embedding.onnx', key, value)
      await expect(open()).rejects.toMatchObject(broken('b.onnx is not as it should be'))
    }
    await writeFile(join(dir, 'b.onnx'), (await readFile(join(golden, 'embedding.onnx'))).subarray(0, 300))
    await expect(open()).rejects.toMatchObject(broken('part of one'))
  })

  it('in a folder are told from those of others', async () => {
    const folder = (...paths: string[]) => ({
      files: paths.map(path => ({ path, bytes: 1 })),
      json: async () => undefined,
    })
    const described = await family.describe?.(folder('model.onnx', 'nemo_en_titanet_small.onnx', 'LICENSE'))
    expect(described).toMatchObject({ title: 'Diariser with nemo_en_titanet_small', tasks: [task.id] })
    expect(await family.describe?.(folder('model.onnx'))).toBeUndefined()
    expect(await family.describe?.(folder('model.onnx', 'decoder.onnx'))).toBeUndefined()
    expect(await family.describe?.(folder('encoder.onnx', 'speaker_encoder.onnx'))).toBeUndefined()
  })
})

it('lists weights whose sizes add up', () => {
  for (const each of catalogue.map(each => checkpointEntry.parse(each))) {
    expect(each.bytes).toBe(each.files.reduce((sum, { bytes }) => sum + bytes, 0))
  }
})
