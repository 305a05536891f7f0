import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, loadConfig } from '@hearth/config'
import { enrol, erase, exportPerson, openKeyRing } from '@hearth/faces/people'
import { owners, people, type Store } from '@hearth/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withStore } from '../local-store.ts'
import { readBackup } from './read.ts'
import { writeBackup } from './write.ts'

/** One installation with two people; each test restores one of its backups somewhere. */
let dir: string
let from: Config
let ids: { stays: string; leaves: string }
const files = { plain: '', full: '' }

const embedding = Array.from({ length: 16 }, (_, k) => Math.sin(k + 1))
const configOf = (name: string): Config => loadConfig({ HEARTH_DATA: join(dir, name) })

/** A live lane that finds the same face in everything. */
const live = {
  async run() {
    const face = {
      bbox: [0, 0, 100, 100],
      score: 1,
      landmarks: { left_eye: [1, 1], right_eye: [2, 1], nose: [1, 2] },
      quality: { size: 100, sharpness: 200, brightness: 100, yaw: 0, pitch: 0, roll: 0 },
      embedding,
      crop: Buffer.from('crop of a face').toString('base64'),
    }
    return { output: { width: 100, height: 100, embedder: { id: 'e', digest: 'd', dimensions: 16 }, faces: [face] } }
  },
}
const depsOf = (config: Config, store: Store) => ({ store, keys: openKeyRing(config), live })

async function register(config: Config, store: Store, owner: string, name: string): Promise<string> {
  const consent = {
    given_by: name,
    given_at: new Date().toISOString(),
    purpose: 'test',
    text_version: '1',
    text_digest: null,
  }
  const { person } = await enrol(
    depsOf(config, store),
    { owner },
    {
      name,
      collection: 'default',
      consent,
      expiresAt: null,
      pictures: [async () => new Uint8Array(1)],
      keepCrop: true,
      signal: new AbortController().signal,
    },
  )
  return person?.id ?? ''
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hearth-people-backup-'))
  from = configOf('from')
  files.plain = join(dir, 'plain.tar')
  files.full = join(dir, 'full.tar')
  await withStore(from, 'test', async store => {
    const owner = await owners.first(store, { name: 'Owner' })
    ids = {
      stays: await register(from, store, owner.id, 'Stays'),
      leaves: await register(from, store, owner.id, 'Leaves'),
    }
    await writeBackup({ config: from, store, path: files.plain, weights: false })
    await writeBackup({ config: from, store, path: files.full, weights: false, people: true })
    await erase(depsOf(from, store), { owner: owner.id }, { id: ids.leaves })
  })
}, 60_000)
afterAll(() => rm(dir, { recursive: true, force: true }))

/** Who is there after a restore, with the vector that can be read of them. */
async function held(config: Config): Promise<Record<string, number[] | null | undefined>> {
  return withStore(config, 'test', async store => {
    const owner = (await owners.first(store, { name: 'Owner' })).id
    const list = await people.list(store, { owner, limit: 9 })
    const entries = list.people.map(async ({ id, name }) => {
      const { faces } = await exportPerson(depsOf(config, store), { owner }, { id, current: undefined })
      return [name, faces[0]?.vector] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  })
}

const vector = [...Float32Array.from(embedding)]

test('an ordinary backup holds no key: on another machine nobody comes back', async () => {
  const bytes = await readFile(files.plain)
  const key = await openKeyRing(from).get(ids.stays)
  const keyFile = await readFile(join(from.roots.state, 'people-keys', ids.stays.slice(-2), `${ids.stays}.key`))
  expect(bytes.includes(keyFile)).toBe(false)
  expect(bytes.includes(key)).toBe(false)
  expect(bytes.includes(await readFile(join(from.roots.state, 'master.key')))).toBe(false)
  expect(bytes.includes(Buffer.from('crop of a face'))).toBe(false)
  expect(bytes.includes('Stays')).toBe(true)
  const to = configOf('elsewhere')
  expect(await readBackup(to, files.plain)).toMatchObject({ withoutKeys: 2, about: { people: false } })
  expect(await held(to)).toEqual({})
}, 60_000)

test('where the keys still are it brings back whoever was not erased since', async () => {
  const to = configOf('same machine')
  for (const name of ['master.key', 'people-keys']) {
    await cp(join(from.roots.state, name), join(to.roots.state, name), { recursive: true })
  }
  expect(await readBackup(to, files.plain)).toMatchObject({ withoutKeys: 1 })
  expect(await held(to)).toEqual({ Stays: vector })
}, 60_000)

test('a backup with people brings all of them back, whoever was erased since too', async () => {
  const to = configOf('with people')
  expect(await readBackup(to, files.full)).toMatchObject({ withoutKeys: 0, about: { people: true } })
  expect(await held(to)).toEqual({ Stays: vector, Leaves: vector })
}, 60_000)

test('keys of another installation are not mixed with those of the file', async () => {
  const to = configOf('other keys')
  await openKeyRing(to).make(ids.stays)
  await expect(readBackup(to, files.full)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('master'),
  })
}, 60_000)
