import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Family } from '@hearth/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createModels } from './models.ts'
import { sha256 } from './pull/fake-hub.ts'

const weights = Buffer.alloc(10_000, 'w')

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hearth-keep-'))
  await mkdir(join(root, 'models'))
})
afterEach(() => rm(root, { recursive: true }))

const toys: Family = {
  id: 'toys',
  title: 'Toys',
  engine: 'onnx',
  tasks: ['play'],
  describe: async folder =>
    folder.files.some(({ path }) => path === 'model.onnx')
      ? { title: 'Toy', tasks: ['play'], precision: 'fp32', defaults: {} }
      : undefined,
  estimate: () => 0,
}

function open(computeDigests = false) {
  const entry = (id: string, source: { kind: string; path: string }) => ({
    id,
    title: id,
    description: '',
    licence: { id: 'MIT' },
    precision: 'fp32',
    bytes: weights.length,
    sources: [source],
    files: [{ path: 'model.onnx', bytes: weights.length, sha256: sha256(weights) }],
  })
  return createModels({
    config: {
      version: '0.0.0',
      repo: join(root, 'repo'),
      roots: { models: join(root, 'models'), state: join(root, 'state') },
      defaultModels: {},
      hfEndpoint: 'http://127.0.0.1:1',
      hfToken: undefined,
      modelscopeEndpoint: 'http://127.0.0.1:1',
      modelscopeToken: undefined,
      npmRegistry: undefined,
      pypiIndex: undefined,
    },
    families: [toys],
    computeDigests,
    entries: [
      {
        family: 'toys',
        entries: [
          entry('starter', { kind: 'repo', path: 'starter' }),
          entry('copied', { kind: 'file', path: join(root, 'stick') }),
        ],
      },
    ],
  })
}

async function place(folder: string, bytes: Uint8Array = weights): Promise<void> {
  await mkdir(join(root, folder), { recursive: true })
  await writeFile(join(root, folder, 'model.onnx'), bytes)
}

describe('verify', () => {
  it('finds what changed in a pulled model, and that it is broken once a size differs', async () => {
    await place('stick')
    const models = open()
    const { digest } = await models.pull('copied')
    expect(await models.verify('copied')).toMatchObject({ ok: true, problems: [], digest })
    await place('models/copied', Buffer.alloc(10_000, 'x'))
    const changed = await models.verify('copied')
    expect(changed.ok).toBe(false)
    expect(changed.problems).toEqual([expect.stringMatching(/^model\.onnx has the sha256 \w{64} instead of/)])
    await place('models/copied', Buffer.alloc(9))
    expect((await models.verify('copied')).problems).toEqual(['model.onnx has 9 bytes instead of 10000'])
    expect(await models.get('copied')).toMatchObject({
      state: 'broken',
      reason: 'model.onnx has 9 bytes instead of 10000',
    })
    await models.pull('copied')
    expect(await models.get('copied')).toMatchObject({ state: 'installed', digest })
  })

  it('compares a model of the checkout with the catalogue, and computes what was not known', async () => {
    await place('repo/starter')
    const models = open()
    expect((await models.resolve('play')).digest).toBe('unverified')
    const { digest } = await models.verify('starter')
    expect((await models.resolve('play')).digest).toBe(digest)
    await place('repo/starter', Buffer.alloc(10_000, 'x'))
    expect((await open().resolve('play')).digest).toBe('unverified')
    expect((await models.verify('starter')).ok).toBe(false)
  })

  it('computes digests by itself where it is asked to', async () => {
    await place('models/own')
    const { digest } = await open(true).resolve('play', 'own')
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect((await open().resolve('play', 'own')).digest).toBe(digest)
  })
})

describe('remove', () => {
  it('takes pulled models and folders away, and nothing of the checkout', async () => {
    await place('stick')
    await place('repo/starter')
    await place('models/org/own')
    const models = open()
    await models.pull('copied')
    await models.remove('copied')
    await models.remove('org--own')
    expect(await readdir(join(root, 'models'))).toEqual(['.partial', 'org'])
    expect(await readdir(join(root, 'models/.partial'))).toEqual([])
    await expect(models.remove('starter')).rejects.toMatchObject({ code: 'conflict', message: /part of the checkout/ })
    expect((await models.resolve('play')).id).toBe('starter')
    await expect(models.remove('copied')).rejects.toMatchObject({ code: 'conflict' })
    await expect(models.remove('../repo/starter')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('removes a link and leaves what it points to', async () => {
    await place('elsewhere')
    await symlink(join(root, 'elsewhere'), join(root, 'models/linked'))
    const models = open()
    expect((await models.get('linked')).state).toBe('installed')
    await models.remove('linked')
    expect(existsSync(join(root, 'models/linked'))).toBe(false)
    expect(existsSync(join(root, 'elsewhere/model.onnx'))).toBe(true)
  })

  it('does not follow a linked folder out of the models', async () => {
    await place('elsewhere/own')
    await symlink(join(root, 'elsewhere'), join(root, 'models/org'))
    await expect(open().remove('org--own')).rejects.toMatchObject({ code: 'forbidden' })
    expect(existsSync(join(root, 'elsewhere/own/model.onnx'))).toBe(true)
  })
})
