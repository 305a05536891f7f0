import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type AppError, defineFamily, type Family, modelView } from '@hearth/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createModels } from './models.ts'
import type { ModelsConfig } from './options.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hearth-models-'))
})
afterEach(() => rm(root, { recursive: true }))

const painter: Family = defineFamily({
  id: 'painter',
  title: 'Painter',
  engine: 'onnx',
  tasks: ['paint', 'retouch'],
  async describe(folder) {
    const index = await folder.json('model_index.json')
    if (index === undefined || !folder.files.some(({ path }) => path === 'unet/model.onnx')) return undefined
    const title = typeof index === 'object' && index && 'name' in index ? String(index.name) : 'unnamed'
    return { title, tasks: ['paint'], precision: 'fp16', defaults: { width: 64, steps: 20 } }
  },
  estimate: checkpoint => checkpoint.bytes,
})
const clerk = defineFamily({
  id: 'clerk',
  title: 'Clerk',
  engine: 'none',
  tasks: ['file'],
  builtin: [
    {
      id: 'clerk',
      family: 'clerk',
      title: 'Clerk',
      description: '',
      aliases: [],
      licence: { id: 'Apache-2.0', must_accept: false },
      precision: 'fp32',
      starter: false,
      defaults: {},
      example_prompts: [],
      languages: [],
      dir: '',
      bytes: 0,
      digest: '',
      tasks: ['file'],
    },
  ],
  estimate: () => 0,
})

const starter = {
  id: 'starter',
  title: 'Starter',
  description: 'small',
  aliases: ['tiny'],
  licence: { id: 'MIT' },
  precision: 'fp16',
  bytes: 11,
  starter: true,
  defaults: { steps: 8 },
  example_prompts: ['red apple'],
  sources: [{ kind: 'repo', path: 'models/starter/icons' }],
}
const big = {
  id: 'big',
  title: 'Big',
  description: 'large',
  aliases: ['Org/Big'],
  licence: { id: 'openrail', must_accept: true },
  precision: 'fp16',
  bytes: 3_440_000_000,
  sources: [{ kind: 'hf', id: 'org/big' }],
}

function config(extra: Partial<ModelsConfig> = {}): ModelsConfig {
  return {
    version: '0.0.0',
    repo: join(root, 'repo'),
    roots: { models: join(root, 'data/models'), state: join(root, 'data/.hearth') },
    defaultModels: {},
    hfEndpoint: 'http://127.0.0.1:1',
    hfToken: undefined,
    modelscopeEndpoint: 'http://127.0.0.1:1',
    modelscopeToken: undefined,
    npmRegistry: undefined,
    pypiIndex: undefined,
    ...extra,
  }
}

function open(extra: Partial<ModelsConfig> = {}) {
  return createModels({
    config: config(extra),
    families: [painter, clerk],
    entries: [{ family: 'painter', entries: [starter, big] }],
  })
}

async function place(folder: string, files: Record<string, string>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, folder, path)), { recursive: true })
    await writeFile(join(root, folder, path), text)
  }
  return join(root, folder)
}

const painting = { 'model_index.json': '{"name":"Found"}', 'unet/model.onnx': 'weights' }
const thrown = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => Promise.reject(new Error('resolved')),
    e => e,
  )

describe('what is installed', () => {
  it('uses a repo source in place, with the entry’s words over the folder’s own', async () => {
    const dir = await place('repo/models/starter/icons', painting)
    const [first] = await open().installed()
    expect(first).toMatchObject({ id: 'starter', title: 'Starter', dir, tasks: ['paint'], bytes: 23, starter: true })
    expect(first?.defaults).toEqual({ width: 64, steps: 8 })
    expect(await readdir(join(root, 'repo/models/starter/icons'))).toEqual(['model_index.json', 'unet'])
  })

  it('serves no task that the catalogue leaves out for these weights', async () => {
    await place('repo/models/starter/icons', painting)
    const able: Family = {
      ...painter,
      describe: async () => ({ title: 'Able', tasks: ['paint', 'retouch'], precision: 'fp16', defaults: {} }),
    }
    const tasksOf = async (entry: object) => {
      const entries = [{ family: 'painter', entries: [entry] }]
      return (await createModels({ config: config(), families: [able], entries }).installed())[0]?.tasks
    }
    expect(await tasksOf(starter)).toEqual(['paint', 'retouch'])
    expect(await tasksOf({ ...starter, tasks: ['retouch'] })).toEqual(['retouch'])
  })

  it('finds a folder dropped by hand without a restart, and notices its change and its going', async () => {
    const models = open()
    expect((await models.installed()).map(({ id }) => id)).toEqual(['clerk'])
    await place('data/models/My Own', painting)
    await place('data/models/someone/Else', painting)
    expect((await models.installed()).map(({ id }) => id)).toEqual(['my-own', 'someone--else', 'clerk'])
    expect((await models.resolve('paint', 'someone/else')).dir).toBe(join(root, 'data/models/someone/Else'))
    expect(await models.resolve('paint', 'my-own')).toMatchObject({
      title: 'Found',
      defaults: { width: 64, steps: 20 },
    })
    await place('data/models/My Own', { 'model_index.json': '{"name":"Renamed"}' })
    expect((await models.get('my-own')).title).toBe('Renamed')
    expect((await open().resolve('paint', 'my-own')).title).toBe('Renamed')
    await rm(join(root, 'data/models/someone'), { recursive: true })
    expect((await models.installed()).map(({ id }) => id)).toEqual(['my-own', 'clerk'])
  })

  it('takes a model that was not there a moment ago', async () => {
    const models = open()
    await expect(models.resolve('paint', 'late')).rejects.toMatchObject({ code: 'not-found' })
    await place('data/models/Late', painting)
    expect((await models.resolve('paint', 'late')).id).toBe('late')
  })

  it('does not show the starter twice when the data root is the checkout', async () => {
    await place('repo/models/starter/icons', painting)
    const models = open({ roots: { models: join(root, 'repo/models'), state: join(root, 'state') } })
    expect((await models.installed()).map(({ id }) => id)).toEqual(['starter', 'clerk'])
  })

  it('refuses pickle files: alone they break a model, beside others they are ignored, both said', async () => {
    await place('data/models/bad', { 'model_index.json': '{}', 'unet/diffusion_pytorch_model.bin': 'x' })
    await place('data/models/mixed', { ...painting, 'unet/old.ckpt': 'x' })
    const views = await open().list()
    const bad = views.find(({ id }) => id === 'bad')
    expect(bad).toMatchObject({ state: 'broken', family: null })
    expect(bad?.reason).toMatch(/diffusion_pytorch_model\.bin.*run any code/)
    const mixed = views.find(({ id }) => id === 'mixed')
    expect(mixed).toMatchObject({ state: 'installed', bytes: 23 })
    expect(mixed?.notes[0]).toMatch(/Ignored unet\/old\.ckpt/)
  })

  it('says why a folder cannot be used and still lists the others', async () => {
    await place('data/models/half', { 'model_index.json': '{"name"', 'unet/model.onnx': 'weights' })
    await place('data/models/strange', { 'graph.onnx': 'weights' })
    await place('data/models/whole', painting)
    const views = await open().list()
    expect(views.find(({ id }) => id === 'half')?.reason).toMatch(/model_index\.json is not valid JSON/)
    expect(views.find(({ id }) => id === 'strange')?.reason).toMatch(/no family knows/)
    expect(views.find(({ id }) => id === 'whole')?.state).toBe('installed')
    expect((await thrown(open().resolve('paint', 'half'))).code).toBe('model-broken')
  })
})

describe('folders and the catalogue', () => {
  const known = {
    ...big,
    licence: { id: 'MIT' },
    files: Object.entries(painting).map(([path, text]) => ({ path, bytes: text.length })),
  }
  const openKnown = () =>
    createModels({ config: config(), families: [painter, clerk], entries: [{ family: 'painter', entries: [known] }] })

  it.each(['big', 'Org/Big'])('knows a folder called %s that holds the files of an entry', async name => {
    const dir = await place(`data/models/${name}`, painting)
    const models = openKnown()
    expect(await models.resolve('paint', 'big')).toMatchObject({ dir, title: 'Big', licence: { id: 'MIT' } })
    if (name === 'big') expect(await models.pull('big')).toMatchObject({ model: 'big', bytes: 23 })
  })

  it('takes a folder with an entry’s name and other files for what it is', async () => {
    await place('data/models/big', { ...painting, 'unet/model.onnx': 'other weights' })
    expect(await openKnown().get('big')).toMatchObject({ state: 'installed', title: 'Found', origin: 'folder' })
    await expect(openKnown().pull('big')).rejects.toMatchObject({ code: 'conflict' })
  })

  it('says of two folders of one name which is used', async () => {
    await place('data/models/My Own', painting)
    await place('data/models/my-own', painting)
    const views = await openKnown().list()
    expect(views.map(({ id, state, reason }) => [id, state, reason])).toEqual([
      ['big', 'available', null],
      ['my-own', 'installed', null],
      ['my-own-2', 'broken', 'there is another model called my-own: rename the folder my-own'],
      ['clerk', 'installed', null],
    ])
  })

  it('is not stopped by a family that fails on a folder', async () => {
    await place('data/models/odd', painting)
    const fragile: Family = { ...painter, describe: () => Promise.reject(new TypeError('x is undefined')) }
    const models = createModels({ config: config(), families: [fragile], entries: [] })
    expect(await models.get('odd')).toMatchObject({
      state: 'broken',
      reason: /painter cannot make sense.*x is undefined/,
    })
  })
})

describe('list', () => {
  it('shows the catalogue in order with what is on disk', async () => {
    await place('repo/models/starter/icons', painting)
    const views = await open().list()
    for (const view of views) expect(modelView.parse(view)).toEqual(view)
    expect(views.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'starter installed',
      'big available',
      'clerk installed',
    ])
    expect(views[0]).toMatchObject({ default_for: ['paint'], removable: false, origin: 'repo' })
    expect(views[1]).toMatchObject({ sources: ['hf:org/big@main'], digest: null, tasks: ['paint', 'retouch'] })
    expect(JSON.stringify(views)).not.toContain(root)
  })
})

describe('resolve', () => {
  it('takes the first installed, a starter last, and the setting before all', async () => {
    await place('repo/models/starter/icons', painting)
    expect((await open().resolve('paint')).id).toBe('starter')
    await place('data/models/own', painting)
    expect((await open().resolve('paint')).id).toBe('own')
    expect((await open({ defaultModels: { paint: 'tiny' } }).resolve('paint')).id).toBe('starter')
  })

  it('knows aliases in any case', async () => {
    await place('repo/models/starter/icons', painting)
    expect((await open().resolve('paint', 'TINY')).id).toBe('starter')
  })

  it('names the command and the size of what is not installed', async () => {
    const error = await thrown(open().resolve('paint', 'org/big'))
    expect(error.code).toBe('model-not-installed')
    expect(error.hint).toBe('Get it with: hearth pull big (3.44 GB)')
  })

  it('says what is known of an unknown name and of a task the model does not serve', async () => {
    await place('repo/models/starter/icons', painting)
    const unknown = await thrown(open().resolve('paint', 'nope'))
    expect([unknown.code, unknown.hint]).toEqual(['not-found', 'For paint, installed: starter; to pull: big.'])
    const wrong = await thrown(open().resolve('file', 'starter'))
    expect([wrong.code, wrong.path, wrong.hint]).toEqual(['invalid-input', ['model'], 'These do: clerk.'])
  })
})

describe('the catalogue', () => {
  it('refuses two checkpoints of one name', () => {
    const entries = [starter, { ...big, aliases: ['Tiny'] }]
    const make = () =>
      createModels({ config: config(), families: [painter], entries: [{ family: 'painter', entries }] })
    expect(make).toThrow(/two checkpoints are called tiny: starter and big/)
  })

  it('offers for a task only what serves it', async () => {
    const entries = [
      { ...big, id: 'mender', aliases: [], tasks: ['retouch'] },
      { ...big, aliases: [], tasks: ['paint'] },
    ]
    const models = createModels({ config: config(), families: [painter], entries: [{ family: 'painter', entries }] })
    expect((await models.list()).map(({ id, tasks }) => [id, tasks])).toEqual([
      ['mender', ['retouch']],
      ['big', ['paint']],
    ])
    expect((await thrown(models.resolve('paint'))).hint).toContain('hearth pull big')
    const wrong = [{ ...big, tasks: ['sing'] }]
    const make = () =>
      createModels({ config: config(), families: [painter], entries: [{ family: 'painter', entries: wrong }] })
    expect(make).toThrow(/big serves sing, which painter does not/)
  })

  it('names the field of a bad entry', () => {
    const entries = [{ ...big, bytes: -1 }]
    const make = () =>
      createModels({ config: config(), families: [painter], entries: [{ family: 'painter', entries }] })
    expect(make).toThrow(/checkpoint 1 of painter[\s\S]*bytes/)
  })
})
