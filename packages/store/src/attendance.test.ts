import { startTestStore, type TestStore } from '@hearth/testing/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attendance, webhooks } from './index.ts'

let rig: TestStore
let owner: string
beforeAll(async () => {
  rig = await startTestStore()
  owner = await rig.owner()
})
afterAll(() => rig.stop())

describe('attendance', () => {
  const seen = (person: string) => ({ owner, person, kiosk: 'front', challenged: true, similarity: 0.8 })
  const age = (id: number, minutes: number) =>
    rig.store.pool.query(`update attendance set at = now() - make_interval(mins => $2) where id = $1`, [id, minutes])

  test('notes a person once in so many minutes, whatever number of kiosks saw them', async () => {
    const notes = await Promise.all([1, 2, 3].map(() => attendance.note(rig.store, seen('ann'), 10)))
    const [first] = notes.filter(row => row !== undefined)
    expect(notes.filter(row => row !== undefined)).toHaveLength(1)
    expect(await attendance.note(rig.store, seen('bob'), 10)).toMatchObject({ person: 'bob' })
    await age(first?.id ?? 0, 11)
    expect(await attendance.note(rig.store, seen('ann'), 10)).toMatchObject({ person: 'ann', challenged: true })
  })

  test('tells names only while somebody is known', async () => {
    const row = async () => (await attendance.list(rig.store, { owner, limit: 1, person: 'bob' }))[0]?.name
    expect(await row()).toBeNull()
    await rig.store.pool.query(`insert into collection (owner, name) values ($1, 'staff')`, [owner])
    await rig.store.pool.query(
      `insert into person (id, owner, collection, name, consent) values ('bob', $1, 'staff', 'Bob', '{}')`,
      [owner],
    )
    expect(await row()).toBe('Bob')
    await rig.store.pool.query(`delete from person where id = 'bob'`)
    expect(await row()).toBeNull()
  })

  test('lists by owner, period and page, and forgets', async () => {
    const other = await rig.owner()
    expect(await attendance.list(rig.store, { owner: other, limit: 9 })).toEqual([])
    const all = await attendance.list(rig.store, { owner, limit: 9 })
    expect(all.map(({ person }) => person)).toEqual(['ann', 'bob', 'ann'])
    const older = await attendance.list(rig.store, { owner, limit: 9, before: all[0]?.id })
    expect(older).toEqual(all.slice(1))
    const old = new Date(Date.now() - 5 * 60_000)
    expect(await attendance.list(rig.store, { owner, limit: 9, until: old })).toEqual(all.slice(2))
    expect(await attendance.list(rig.store, { owner, limit: 9, since: old, person: 'bob' })).toHaveLength(1)
    expect(await attendance.remove(rig.store, { owner: other })).toBe(0)
    expect(await attendance.remove(rig.store, { owner, until: old })).toBe(1)
    expect(await attendance.remove(rig.store, { owner })).toBe(2)
  })
})

describe('webhook deliveries', () => {
  const due = (id: string) => rig.store.pool.query('update webhook_delivery set next_at = now() where id = $1', [id])
  const take = () => webhooks.take(rig.store, { of: 'kiosks', limit: 9, leaseSeconds: 30 })
  const add = async (body: string, ttlSeconds = 60) => {
    const row = await webhooks.add(rig.store, { owner, body, ttlSeconds })
    if (!row) throw new Error('not kept')
    return row.id
  }

  test('are lent to one sender at a time', async () => {
    const id = await add('{"a":1}')
    const taken = (await Promise.all([take(), take()])).flat()
    expect(taken).toMatchObject([{ id, body: '{"a":1}', attempts: 1 }])
    expect(await take()).toEqual([])
    await webhooks.again(rig.store, { id, error: 'refused', afterSeconds: 20 })
    expect(await take()).toEqual([])
    await due(id)
    expect(await take()).toMatchObject([{ id, attempts: 2, error: 'refused' }])
    await webhooks.delivered(rig.store, id)
    await due(id)
    expect(await take()).toEqual([])
    const { rows } = await rig.store.pool.query('select state, body from webhook_delivery where id = $1', [id])
    expect(rows).toEqual([{ state: 'delivered', body: '' }])
  })

  test('fail when they would come too late', async () => {
    const [late, old] = [await add('open the door'), await add('open the door', -1)]
    expect((await take()).map(({ id }) => id)).toEqual([late])
    await webhooks.again(rig.store, { id: late, error: 'it is away', afterSeconds: 61 })
    const rows = await webhooks.list(rig.store, { owner, of: 'kiosks', limit: 2 })
    expect(rows.map(({ id, state, error }) => ({ id, state, error }))).toEqual([
      { id: old, state: 'failed', error: 'it was too late to send it' },
      { id: late, state: 'failed', error: 'it is away' },
    ])
    await webhooks.removeEnded(rig.store, new Date(Date.now() + 1000))
    expect(await webhooks.list(rig.store, { owner, of: 'kiosks', limit: 9 })).toEqual([])
  })
})
