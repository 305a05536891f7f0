import { startTestStore, type TestStore } from '@hearth/testing/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { responses, uploads } from './index.ts'

let rig: TestStore
let owner: string
let other: string
beforeAll(async () => {
  rig = await startTestStore()
  owner = await rig.owner()
  other = await rig.owner('other')
})
afterAll(() => rig.stop())

const keep = (id: string, previous: string | null = null, input: string[] = []) =>
  responses.create(rig.store, { id, owner, previous, input, body: { id } })
const thread = async (id: string, of = owner) =>
  (await responses.thread(rig.store, { id, owner: of })).map(row => row.id)
const age = (id: string, days: number) =>
  rig.store.pool.query(`update response set created_at = now() - make_interval(days => $2) where id = $1`, [id, days])
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)

test('are read and removed by their owner alone', async () => {
  await keep('mine', null, ['a\0b'])
  expect(await responses.get(rig.store, { id: 'mine', owner })).toMatchObject({
    previous: null,
    input: ['a\ufffdb'],
    body: { id: 'mine' },
  })
  expect(await responses.get(rig.store, { id: 'mine', owner: other })).toBeUndefined()
  expect(await responses.remove(rig.store, { id: 'mine', owner: other })).toBe(false)
  expect(await responses.remove(rig.store, { id: 'mine', owner })).toBe(true)
  expect(await responses.remove(rig.store, { id: 'mine', owner })).toBe(false)
})

test('tell the thread before them, as far as it is known', async () => {
  await keep('first')
  await keep('second', 'first')
  await keep('third', 'second')
  await keep('aside', 'first')
  // Whatever the clock said.
  await age('third', 3)
  expect(await thread('third')).toEqual(['first', 'second', 'third'])
  expect(await thread('first')).toEqual(['first'])
  expect(await thread('third', other)).toEqual([])
  await responses.remove(rig.store, { id: 'first', owner })
  expect(await thread('third')).toEqual(['second', 'third'])
  expect(await thread('nobody')).toEqual([])
})

test('keep the pictures that they were asked with, until they are old', async () => {
  const upload = { owner, mime: 'image/png', bytes: 1, sha256: 'x' }
  await uploads.create(rig.store, { ...upload, id: 'picture-seen' })
  await uploads.create(rig.store, { ...upload, id: 'picture-lost' })
  await keep('seeing', null, ['upload:picture-seen'])
  expect(await uploads.removeUnused(rig.store, { before: daysAgo(-1) })).toEqual(['picture-lost'])
  await age('seeing', 31)
  await responses.removeOld(rig.store, { before: daysAgo(30) })
  expect(await responses.get(rig.store, { id: 'seeing', owner })).toBeUndefined()
  expect(await thread('aside')).toEqual(['aside'])
  expect(await uploads.removeUnused(rig.store, { before: daysAgo(-1) })).toEqual(['picture-seen'])
})
