import { startTestStore, type TestStore } from '@hearth/testing/store'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newId, people } from '../index.ts'

let rig: TestStore
let owner: string
beforeAll(async () => {
  rig = await startTestStore()
})
beforeEach(async () => {
  owner = await rig.owner()
})
afterAll(() => rig.stop())

const consent = {
  given_by: 'Ada',
  given_at: '2026-01-01T00:00:00.000Z',
  purpose: 'test',
  text_version: '1',
  text_digest: null,
}

function face(embedder = 'e') {
  const sealed = { vector: new Uint8Array([1, 2]), crop: null, quality: { size: 100 } }
  return { id: newId(), embedder, embedderDigest: 'd', dimensions: 2, ...sealed }
}

async function add(
  name: string,
  { faces = [face()], collection = 'default', by = owner, expiresAt = null as Date | null } = {},
) {
  const person = { id: newId(), owner: by, collection, name, consent, expiresAt, faces }
  return people.create(rig.store, person, { owner: by, person: person.id, action: 'enrolled' })
}

describe('changes', () => {
  test('are numbered in the order in which they become visible', async () => {
    const seen: number[] = []
    let last = 0
    let done = false
    const writers = Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let k = 0; k < 10; k++) await add(`p ${writer} ${k}`)
      }),
    ).finally(() => {
      done = true
    })
    const found = new Set<string>()
    for (let finished = false; !finished; ) {
      finished = done
      for (const { person, seq } of await people.changes(rig.store, { owner, after: last })) {
        found.add(person)
        seen.push(seq)
        last = seq
      }
    }
    await writers
    // A reader that only ever looks behind the last number has missed nobody.
    expect(found.size).toBe(80)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(await people.latestChange(rig.store, { owner })).toBe(last)
  })

  test('of one person are one, the latest; a person who is gone keeps theirs', async () => {
    const { id } = await add('Ada')
    await people.update(rig.store, { id, owner, name: 'Countess' }, { owner, person: id, action: 'changed' })
    const [renamed] = await people.changes(rig.store, { owner, after: 0 })
    await people.erase(rig.store, { id, owner }, { owner, person: id, action: 'erased' })
    const [gone, ...others] = await people.changes(rig.store, { owner, after: 0 })
    expect(gone).toMatchObject({ person: id })
    expect(gone?.seq).toBeGreaterThan(renamed?.seq ?? Number.POSITIVE_INFINITY)
    expect(others).toEqual([])
    expect(await people.searchable(rig.store, { owner, persons: [id] })).toEqual([])
  })
})

describe('list', () => {
  test('goes by name, page by page, with the faces', async () => {
    for (const name of ['berta', 'Ada', 'ada', 'Carl', 'anna']) await add(name, { faces: [face(), face('f')] })
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await people.list(rig.store, { owner, limit: 2, ...(cursor ? { cursor } : {}) })
      names.push(...page.people.map(({ name, faces }) => `${name.toLowerCase()} ${faces.length}`))
      cursor = page.next_cursor ?? undefined
    } while (cursor)
    expect(names).toEqual(['ada 2', 'ada 2', 'anna 2', 'berta 2', 'carl 2'])
    const bad = people.list(rig.store, { owner, limit: 2, cursor: 'x' })
    await expect(bad).rejects.toMatchObject({ code: 'invalid-input', path: ['cursor'] })
  })

  test('finds words, and who lacks an embedder', async () => {
    await add('Ada Lovelace', { faces: [face('old')] })
    await add('Ada 100%', { faces: [face('old'), face('new')] })
    await add('Nobody', { faces: [] })
    const find = async (filter: object) =>
      (await people.list(rig.store, { owner, limit: 9, ...filter })).people.map(({ name }) => name)
    expect(await find({ text: 'love ADA' })).toEqual(['Ada Lovelace'])
    expect(await find({ text: '0%' })).toEqual(['Ada 100%'])
    expect(await find({ without: { id: 'new', digest: 'd' } })).toEqual(['Ada Lovelace'])
    expect(await find({ without: { id: 'new', digest: 'other' } })).toEqual(['Ada 100%', 'Ada Lovelace'])
  })
})

test('nothing is done to another owner’s people', async () => {
  const stranger = await rig.owner()
  const { id } = await add('Ada', { by: stranger })
  const mine = await add('Me')
  const entry = { owner, person: id, action: 'changed' as const }
  const calls = [
    people.update(rig.store, { id, owner, name: 'x' }, entry),
    people.addFaces(rig.store, { id, owner, faces: [face()] }, entry),
    people.removeFace(rig.store, { id, owner, face: newId() }, entry),
    people.replaceFaces(rig.store, { id, owner, faces: [], old: [] }, entry),
    people.merge(rig.store, { id, into: mine.id, owner, faces: [] }, entry),
    people.merge(rig.store, { id: mine.id, into: id, owner, faces: [] }, entry),
    people.erase(rig.store, { id, owner }, { ...entry, action: 'erased' }),
  ]
  for (const call of await Promise.allSettled(calls)) expect(call).toMatchObject({ reason: { code: 'not-found' } })
  expect(await people.get(rig.store, { id, owner })).toBeUndefined()
  expect(await people.searchable(rig.store, { owner, persons: [id] })).toEqual([])
  expect(await people.log(rig.store, { owner, person: id, limit: 5 })).toEqual([])
})

test('a merge moves the faces, and gives up if there are new ones', async () => {
  const faces = [face(), face()]
  const from = await add('Twice', { faces })
  const into = await add('Once')
  const entry = { owner, person: into.id, action: 'merged' as const }
  const half = people.merge(rig.store, { id: from.id, into: into.id, owner, faces: faces.slice(1) }, entry)
  await expect(half).rejects.toMatchObject({ code: 'conflict', retryable: true })
  await people.merge(rig.store, { id: from.id, into: into.id, owner, faces }, entry)
  expect(await people.get(rig.store, { id: from.id, owner })).toBeUndefined()
  expect(await people.faces(rig.store, { person: into.id })).toHaveLength(3)
  expect(await people.unfinishedErasures(rig.store)).toContain(from.id)
  await people.keyDestroyed(rig.store, { person: from.id })
  expect(await people.unfinishedErasures(rig.store)).not.toContain(from.id)
})

test('collections count; thresholds are of one collection', async () => {
  await add('A', { collection: 'guests', faces: [face(), face()] })
  await add('B', { collection: 'guests' })
  await add('C')
  const entry = { owner, action: 'threshold' as const }
  await people.setThreshold(rig.store, { owner, name: 'guests', threshold: 0.5 }, entry)
  expect(await people.collections(rig.store, { owner })).toMatchObject([
    { name: 'default', threshold: null, people: 1, faces: 1 },
    { name: 'guests', threshold: 0.5, people: 2, faces: 3 },
  ])
  expect(await people.threshold(rig.store, { owner, name: 'guests' })).toBe(0.5)
  const unknown = people.setThreshold(rig.store, { owner, name: 'no', threshold: 0.5 }, entry)
  await expect(unknown).rejects.toMatchObject({ code: 'not-found' })
})

test('whose time is over is found, and the log outlives the person', async () => {
  const over = await add('Past', { expiresAt: new Date(Date.now() - 1000) })
  await add('Later', { expiresAt: new Date(Date.now() + 60_000) })
  const mine = (await people.expired(rig.store, { limit: 100 })).filter(row => row.owner === owner)
  expect(mine).toEqual([{ id: over.id, owner }])
  await people.erase(rig.store, { id: over.id, owner }, { owner, person: over.id, action: 'expired' })
  const log = await people.log(rig.store, { owner, person: over.id, limit: 10 })
  expect(log.map(({ action, detail }) => [action, detail])).toEqual([
    ['expired', { faces: 1 }],
    ['enrolled', {}],
  ])
  expect(JSON.stringify(log)).not.toContain('Past')
})
