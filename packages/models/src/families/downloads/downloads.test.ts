import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, type RunContext } from '@hearth/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createModels } from '../../models.ts'
import { type FakeHub, sha256, startFakeHub } from '../../pull/fake-hub.ts'
import { task as pullModel } from '../../pull-model/spec.ts'
import { family as downloads } from './family.ts'
import { load } from './load.ts'

const contents = { 'config.json': Buffer.from('{"is":"toy"}'), 'model.onnx': Buffer.alloc(2_000_000, 'w') }

let root: string
let hub: FakeHub
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hearth-downloads-'))
  await mkdir(join(root, 'models'))
  hub = await startFakeHub(contents)
  hub.token = 'secret'
})
afterEach(async () => {
  await hub.close()
  await rm(root, { recursive: true })
})

const toy = {
  id: 'toys',
  title: 'Toys',
  engine: 'onnx' as const,
  tasks: ['play'],
  describe: async (folder: { json(path: string): Promise<unknown> }) =>
    (await folder.json('config.json')) === undefined
      ? undefined
      : { title: 'Toy', tasks: ['play'], precision: 'fp32' as const, defaults: {} },
  estimate: () => 0,
}

function open() {
  const files = Object.entries(contents).map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: sha256(bytes) }))
  const entry = {
    id: 'toy',
    title: 'Toy',
    description: '',
    aliases: ['org/name'],
    licence: { id: 'openrail', must_accept: true },
    precision: 'fp32',
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    sources: [{ kind: 'hf', id: 'org/name' }],
    files,
  }
  return createModels({
    config: {
      version: '0.0.0',
      repo: join(root, 'repo'),
      roots: { models: join(root, 'models'), state: join(root, 'state') },
      defaultModels: {},
      hfEndpoint: hub.url,
      hfToken: 'secret',
      modelscopeEndpoint: hub.url,
      modelscopeToken: undefined,
      npmRegistry: undefined,
      pypiIndex: undefined,
    },
    families: [toy, downloads],
    entries: [{ family: 'toys', entries: [entry] }],
  })
}

function fakeRun(signal = new AbortController().signal) {
  const steps: [number, number][] = []
  const lines: string[] = []
  const never = () => {
    throw new Error('a pull has no use for this')
  }
  const run: RunContext = {
    signal,
    progress: (done, total) => void steps.push([done, total]),
    log: (_level, line) => void lines.push(line),
    preview: never,
    read: never,
    path: never,
    save: never,
    chunk: never,
    ask: never,
  }
  return { run, steps, lines }
}

const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const

/** As the engine process does: from a checkpoint that crossed processes. */
async function loadDownloader(models: ReturnType<typeof open>) {
  return load(structuredClone(await models.resolve(pullModel.id)), placement)
}

describe('the downloader', () => {
  it('pulls a model as a job, after which it can be resolved', async () => {
    const models = open()
    const { run, steps } = fakeRun()
    const input = { model: 'org/name', accept_licence: true }
    const output = await execute(await loadDownloader(models), pullModel, input, run)
    expect(output).toMatchObject({ model: 'toy', bytes: 2_000_012, digest: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(steps.at(-1)).toEqual([2_000_012, 2_000_012])
    const checkpoint = await models.resolve('play', 'toy')
    expect(checkpoint).toMatchObject({ dir: join(root, 'models/toy'), digest: (output as { digest: string }).digest })
  })

  it('takes no source from a client and no licence for granted', async () => {
    const models = open()
    const model = await loadDownloader(models)
    const evil = { model: 'toy', accept_licence: true, sources: [{ kind: 'file', path: '/etc' }] }
    hub.faults.set('model.onnx', [{ kind: 'status', status: 403 }])
    await expect(execute(model, pullModel, evil, fakeRun().run)).rejects.toThrow(/status 403/)
    await expect(execute(model, pullModel, { model: 'toy' }, fakeRun().run)).rejects.toMatchObject({
      code: 'forbidden',
    })
    const unknown = execute(model, pullModel, { model: 'nope' }, fakeRun().run)
    await expect(unknown).rejects.toMatchObject({ code: 'not-found', hint: /holds toy/ })
    expect(() => models.checkPull('toy')).toThrow(/licence openrail/)
    expect(models.checkPull('ORG/name', { acceptLicence: true })).toBe('toy')
  })

  it('is cancelled by its signal; the list shows it running and what is left afterwards', async () => {
    const models = open()
    const aborter = new AbortController()
    const { run } = fakeRun(aborter.signal)
    hub.faults.set('model.onnx', [{ kind: 'stall', after: 1_000_000 }])
    const arrived = Promise.withResolvers<void>()
    run.progress = done => {
      if (done > 900_000) arrived.resolve()
    }
    const pulling = execute(await loadDownloader(models), pullModel, { model: 'toy', accept_licence: true }, run)
    const outcome = expect(pulling).rejects.toThrow('cancelled')
    await arrived.promise
    expect(await models.get('toy')).toMatchObject({ state: 'pulling', pulled: { total: 2_000_012 }, removable: false })
    await expect(models.remove('toy')).rejects.toMatchObject({ code: 'conflict' })
    aborter.abort(new Error('cancelled'))
    await outcome
    const left = await models.get('toy')
    expect(left).toMatchObject({ state: 'available', removable: true })
    expect(left.pulled?.done).toBeGreaterThan(900_000)
    await models.remove('toy')
    expect(await models.get('toy')).toMatchObject({ state: 'available', removable: false, pulled: null })
  })

  it('keeps the snapshot, which may hold tokens, to its user', async () => {
    const { dir } = await open().resolve(pullModel.id)
    expect((await stat(join(dir, 'catalogue.json'))).mode & 0o777).toBe(0o600)
  })

  it('does not run from a checkpoint that was not placed', async () => {
    const [bare] = downloads.builtin ?? []
    const model = await load(bare!, placement)
    await expect(execute(model, pullModel, { model: 'toy' }, fakeRun().run)).rejects.toThrow(/was not placed/)
  })
})

describe('the task', () => {
  it('has examples that parse', () => {
    for (const { input } of pullModel.examples) expect(pullModel.input.safeParse(input).success).toBe(true)
  })
})
