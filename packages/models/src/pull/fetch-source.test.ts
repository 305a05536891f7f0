import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkpointEntry } from '@hearth/contract'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readManifest } from '../manifest.ts'
import { type PullOptions, pullContext } from './context.ts'
import { type FakeHub, sha256, startFakeHub } from './fake-hub.ts'
import { partialDir, pullEntry } from './pull.ts'

const weights = Buffer.alloc(200_000, 'w')
const config = Buffer.from('{"a":1}')
const pooling = Buffer.from('{"b":2}')
const files = Object.entries({ 'model.onnx': weights, 'config.json': config, 'inner/pooling.json': pooling }).map(
  ([path, bytes]) => ({ path, bytes: bytes.length, sha256: sha256(bytes) }),
)
const total = weights.length + config.length + pooling.length

let root: string
let hub: FakeHub
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hearth-parts-'))
  await mkdir(join(root, 'models'))
  await mkdir(join(root, 'settings/inner'), { recursive: true })
  await writeFile(join(root, 'settings/config.json'), config)
  await writeFile(join(root, 'settings/inner/pooling.json'), pooling)
  hub = await startFakeHub({ 'model.onnx': weights, 'config.json': Buffer.from('another') })
})
afterEach(async () => {
  await hub.close()
  await rm(root, { recursive: true })
})

function pull(change: Record<string, unknown> = {}, options: PullOptions = {}) {
  const parts = [
    { source: { kind: 'hf', id: 'org/name' }, files: ['model.onnx'] },
    { source: { kind: 'file', path: join(root, 'settings') }, files: ['config.json', 'inner/pooling.json'] },
  ]
  const entry = checkpointEntry.parse({
    id: 'x',
    title: 'X',
    description: '',
    licence: { id: 'MIT' },
    precision: 'fp32',
    bytes: total,
    sources: [{ kind: 'parts', parts }],
    files,
    ...change,
  })
  const context = pullContext({
    version: '0.0.0',
    repo: root,
    roots: { models: join(root, 'models'), state: join(root, 'state') },
    hfEndpoint: hub.url,
    hfToken: undefined,
    modelscopeEndpoint: hub.url,
    modelscopeToken: undefined,
    npmRegistry: undefined,
    pypiIndex: undefined,
  })
  return pullEntry({ ...context, attempts: 2, retryDelay: 0.001 }, { ...entry, familyId: 'toys' }, options)
}

const installed = (path = '') => join(root, 'models/x', path)

it('takes each file from the part that is named for it, with progress over all of them', async () => {
  const seen: number[] = []
  await pull({}, { progress: done => void seen.push(done) })
  expect(await readFile(installed('config.json'))).toEqual(config)
  expect(await readFile(installed('model.onnx'))).toEqual(weights)
  expect(await readFile(installed('inner/pooling.json'))).toEqual(pooling)
  expect((await readdir(installed())).sort()).toEqual(['config.json', 'hearth.json', 'inner', 'model.onnx'])
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(seen.at(-1)).toBe(total)
  const manifest = await readManifest(installed())
  expect(manifest?.source).toBe(`hf:org/name@main + file:${join(root, 'settings')}`)
  expect(manifest?.files.length).toBe(3)
  expect(await readdir(partialDir(join(root, 'models')))).toEqual([])
})

it('keeps the parts that it has got when another one fails', async () => {
  await rm(join(root, 'settings/config.json'))
  await expect(pull()).rejects.toMatchObject({ message: /does not hold config\.json/ })
  const asked = hub.requests.length
  await writeFile(join(root, 'settings/config.json'), config)
  await pull()
  expect(hub.requests.length).toBe(asked)
  expect(await readFile(installed('model.onnx'))).toEqual(weights)
})

it('fetches a part anew that has been damaged meanwhile', async () => {
  await rm(join(root, 'settings/config.json'))
  await expect(pull()).rejects.toThrow()
  const kept = join(partialDir(join(root, 'models')), 'x/part-0/files/model.onnx')
  await writeFile(kept, Buffer.alloc(weights.length, 'x'))
  await writeFile(join(root, 'settings/config.json'), config)
  await pull()
  expect(await readFile(installed('model.onnx'))).toEqual(weights)
})

it('gives way to the next source', async () => {
  const gone = { kind: 'file', path: join(root, 'nowhere') }
  const parts = [
    { source: gone, files: ['model.onnx'] },
    { source: gone, files: ['config.json', 'inner/pooling.json'] },
  ]
  await writeFile(join(root, 'settings/model.onnx'), weights)
  await pull({
    sources: [
      { kind: 'parts', parts },
      { kind: 'file', path: join(root, 'settings') },
    ],
  })
  expect(await readFile(installed('model.onnx'))).toEqual(weights)
})

it('refuses an entry whose parts leave a file out or name it twice', async () => {
  const source = { kind: 'file', path: join(root, 'settings') }
  const parts = (...named: string[][]) => [{ kind: 'parts', parts: named.map(files => ({ source, files })) }]
  for (const sources of [
    parts(['model.onnx'], ['config.json']),
    parts(['model.onnx', 'config.json'], ['config.json', 'inner/pooling.json']),
  ]) {
    await expect(pull({ sources })).rejects.toMatchObject({ code: 'model-broken', message: /each of its files once/ })
  }
})

it('joins a file that is published in pieces', async () => {
  const cut = 120_000
  const [first, second] = [weights.subarray(0, cut), Buffer.alloc(80_000, 'v')]
  const pieces = [first, second]
  const joined = Buffer.concat(pieces)
  const listed = files.map(file => (file.path === 'model.onnx' ? { ...file, sha256: sha256(joined) } : file))
  const named = pieces.map((bytes, index) => ({
    path: `model.onnx.part${index + 1}`,
    bytes: bytes.length,
    sha256: sha256(bytes),
  }))
  for (const [index, bytes] of pieces.entries()) {
    await mkdir(join(root, `half-${index}`))
    await writeFile(join(root, `half-${index}`, `model.onnx.part${index + 1}`), bytes)
  }
  const half = (index: number) => ({ kind: 'file', path: join(root, `half-${index}`) })
  const parts = [
    { source: half(0), files: ['model.onnx.part1'] },
    { source: half(1), files: ['model.onnx.part2'] },
    { source: { kind: 'file', path: join(root, 'settings') }, files: ['config.json', 'inner/pooling.json'] },
  ]
  const from = (...order: typeof named) => ({ kind: 'parts', parts, joined: [{ path: 'model.onnx', pieces: order }] })
  await expect(pull({ files: listed, sources: [from(...named.toReversed())] })).rejects.toMatchObject({
    code: 'model-broken',
  })
  await pull({ files: listed, sources: [from(...named)] })
  expect(await readFile(installed('model.onnx'))).toEqual(joined)
  expect((await readdir(installed())).sort()).toEqual(['config.json', 'hearth.json', 'inner', 'model.onnx'])
  expect((await readManifest(installed()))?.files.map(({ path }) => path).sort()).toEqual(
    files.map(({ path }) => path).sort(),
  )
})
