import { startTestStore, type TestStore } from '@hearth/testing/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { audit, keys, owners, runs, sessions, settings, uploads, workers } from './index.ts'

let rig: TestStore
let owner: string
beforeAll(async () => {
  rig = await startTestStore()
  owner = await rig.owner()
})
afterAll(() => rig.stop())

describe('keys', () => {
  test('are shown once, stored hashed, and found by their secret', async () => {
    const { key, secret } = await keys.create(rig.store, {
      owner,
      name: 'laptop',
      scopes: ['tasks', 'models'],
      rateGenerate: 5,
    })
    expect(secret).toMatch(/^hk_[0-9A-Za-z]{43}$/)
    expect(key).toMatchObject({ owner, name: 'laptop', scopes: ['tasks', 'models'], rateGenerate: 5, rateStatus: null })
    const dump = await rig.store.pool.query<{ row: string }>('select to_jsonb(k)::text as row from api_key k')
    expect(dump.rows.some(({ row }) => row.includes(secret.slice(3)))).toBe(false)
    expect(await keys.authenticate(rig.store, secret)).toMatchObject({ id: key.id })
    expect(await keys.authenticate(rig.store, `${secret}x`)).toBeUndefined()
    expect(Object.keys(key)).not.toContain('hash')
  })

  test('note their use, at most once a minute', async () => {
    const { key, secret } = await keys.create(rig.store, { owner, name: 'used', scopes: ['tasks'] })
    const lastUsed = async () => (await keys.list(rig.store, { owner })).find(({ id }) => id === key.id)?.lastUsedAt
    expect(await lastUsed()).toBeNull()
    await keys.authenticate(rig.store, secret)
    const first = await lastUsed()
    expect(first).toBeInstanceOf(Date)
    await keys.authenticate(rig.store, secret)
    expect(await lastUsed()).toEqual(first)
    await rig.store.pool.query(`update api_key set last_used_at = now() - interval '2 minutes' where id = $1`, [key.id])
    await keys.authenticate(rig.store, secret)
    expect((await lastUsed())?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? 0)
  })

  test('can be revoked by their owner alone', async () => {
    const { key, secret } = await keys.create(rig.store, { owner, name: 'lost', scopes: ['admin'] })
    await expect(keys.revoke(rig.store, { id: key.id, owner: 'other' })).rejects.toMatchObject({ code: 'not-found' })
    const first = await keys.revoke(rig.store, { id: key.id, owner })
    expect(await keys.authenticate(rig.store, secret)).toBeUndefined()
    expect((await keys.revoke(rig.store, { id: key.id, owner })).revokedAt).toEqual(first.revokedAt)
  })

  test('an installer may choose one', async () => {
    const input = { owner, name: 'installed', scopes: ['admin' as const], secret: 'hk_chosen-by-the-installer' }
    const key = await keys.ensure(rig.store, input)
    expect(await keys.ensure(rig.store, input)).toMatchObject({ id: key.id })
    await expect(keys.create(rig.store, input)).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('sessions', () => {
  test('live until they expire, are closed, or their key is revoked', async () => {
    const { key } = await keys.create(rig.store, { owner, name: 'k', scopes: ['tasks'] })
    const open = (ttlSeconds: number, withKey = false) =>
      sessions.create(rig.store, { owner, scopes: ['tasks'], ttlSeconds, ...(withKey ? { key: key.id } : {}) })
    const [lasting, over, closed, keyed] = [await open(60), await open(-1), await open(60), await open(60, true)]
    expect(await sessions.get(rig.store, lasting.token)).toMatchObject({ owner, key: null, scopes: ['tasks'] })
    expect(await sessions.get(rig.store, over.token)).toBeUndefined()
    expect(await sessions.get(rig.store, 'nonsense')).toBeUndefined()
    await sessions.remove(rig.store, closed.token)
    expect(await sessions.get(rig.store, closed.token)).toBeUndefined()
    expect(await sessions.get(rig.store, keyed.token)).toMatchObject({ key: key.id })
    await keys.revoke(rig.store, { id: key.id })
    expect(await sessions.get(rig.store, keyed.token)).toBeUndefined()
    await sessions.removeExpired(rig.store)
    expect(await sessions.get(rig.store, lasting.token)).toBeDefined()
    const { rows } = await rig.store.pool.query<{ n: string }>(
      'select count(*) as n from session where expires_at < now()',
    )
    expect(rows[0]?.n).toBe('0')
  })

  test('a sign-in token works once, also when it is used twice at the same moment', async () => {
    const { token } = await sessions.createSignIn(rig.store, { owner, ttlSeconds: 60 })
    const answers = await Promise.all([1, 2, 3].map(() => sessions.redeemSignIn(rig.store, token)))
    expect(answers.filter(answer => answer !== undefined)).toEqual([{ owner }])
    const late = await sessions.createSignIn(rig.store, { owner, ttlSeconds: -1 })
    expect(await sessions.redeemSignIn(rig.store, late.token)).toBeUndefined()
    expect(await sessions.redeemSignIn(rig.store, 'guess')).toBeUndefined()
  })
})

test('the first owner is made once', async () => {
  const made = await Promise.all([1, 2, 3].map(() => owners.first(rig.store, { name: 'me' })))
  expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  expect(await owners.get(rig.store, made[0]?.id ?? '')).toEqual(made[0])
})

test('uploads belong to their owner', async () => {
  const input = { id: 'up-1', owner, mime: 'image/png', bytes: 5_000_000_000, sha256: 'ab', width: 3, height: 4 }
  expect(await uploads.create(rig.store, input)).toMatchObject(input)
  expect(await uploads.create(rig.store, input)).toMatchObject(input)
  const other = await rig.owner()
  await expect(uploads.create(rig.store, { ...input, owner: other })).rejects.toMatchObject({ code: 'conflict' })
  expect(await uploads.get(rig.store, { id: 'up-1', owner: other })).toBeUndefined()
  await uploads.remove(rig.store, { id: 'up-1', owner: other })
  expect(await uploads.get(rig.store, { id: 'up-1', owner })).toBeDefined()
  await uploads.remove(rig.store, { id: 'up-1', owner })
  expect(await uploads.get(rig.store, { id: 'up-1' })).toBeUndefined()
})

test('workers are alive while they are heard of', async () => {
  const view = { host: 'h', pid: 7, version: '1', seen_at: new Date(0).toISOString(), devices: [], residents: [] }
  await workers.beat(rig.store, { ...view, id: 'one' })
  await workers.beat(rig.store, { ...view, id: 'two' })
  await workers.beat(rig.store, { ...view, id: 'two', pid: 8 })
  await rig.store.pool.query(`update worker set seen_at = now() - interval '30 seconds' where id = 'one'`)
  const alive = await workers.alive(rig.store, 10)
  expect(alive).toMatchObject([{ id: 'two', pid: 8 }])
  expect(Date.parse(alive[0]?.seen_at ?? '')).toBeGreaterThan(Date.now() - 20_000)
  expect((await workers.predecessors(rig.store, { host: 'h', id: 'two' })).map(({ id }) => id)).toEqual(['one'])
  await workers.removeSilent(rig.store, 20)
  expect(await workers.predecessors(rig.store, { host: 'h', id: 'two' })).toEqual([])
  await workers.remove(rig.store, 'two')
  expect(await workers.alive(rig.store, 10)).toEqual([])
})

describe('runs', () => {
  const where = { host: 'h', device: 'cpu:0', model: 'm', task: 'draw' }

  test('estimate by the median pace of the last twenty', async () => {
    expect(await runs.estimate(rig.store, { ...where, work: 10 })).toBeNull()
    for (let n = 0; n < 5; n++) await runs.record(rig.store, { ...where, work: 1, seconds: 100 })
    for (let n = 0; n < 19; n++) await runs.record(rig.store, { ...where, work: 10, seconds: 20 })
    await runs.record(rig.store, { ...where, work: 1, seconds: 1000 })
    expect(await runs.estimate(rig.store, { ...where, work: 5 })).toBe(10)
    expect(await runs.estimate(rig.store, { ...where, host: 'elsewhere', work: 5 })).toBeNull()
    expect(await runs.estimate(rig.store, { model: 'm', device: 'cuda:0', task: 'draw', work: 5 })).toBeNull()
  })

  test('estimate loading apart', async () => {
    expect(await runs.estimateLoad(rig.store, { model: 'm', device: 'cpu:0' })).toBeNull()
    for (const loadSeconds of [3, 5]) await runs.record(rig.store, { ...where, work: 1, seconds: 2, loadSeconds })
    expect(await runs.estimateLoad(rig.store, { model: 'm', device: 'cpu:0' })).toBe(4)
  })
})

test('settings and audit keep what they are given', async () => {
  expect(await settings.get(rig.store, 'licences')).toBeUndefined()
  await settings.set(rig.store, 'licences', { sdxl: true })
  await settings.set(rig.store, 'licences', { sdxl: true, flux: '2026' })
  await settings.set(rig.store, 'off', null)
  expect(await settings.all(rig.store)).toEqual({ licences: { sdxl: true, flux: '2026' }, off: null })
  await settings.remove(rig.store, 'off')
  expect(await settings.get(rig.store, 'off')).toBeUndefined()
  await audit.record(rig.store, { owner, action: 'key.create', detail: { name: 'a\0' } })
  await audit.record(rig.store, { action: 'sign-in.refused' })
  expect(await audit.list(rig.store, { limit: 5 })).toMatchObject([
    { action: 'sign-in.refused' },
    { action: 'key.create' },
  ])
  expect(await audit.list(rig.store, { owner, limit: 5 })).toMatchObject([{ detail: { name: 'a\ufffd' } }])
})
