import { attendance, people } from '@hearth/store'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Asker, addPictures, erase, exportPerson, merge, readCrop, reEnrol, sweep } from './index.ts'
import {
  ask,
  cropOf,
  embedder,
  type PeopleUnderTest,
  picture,
  pictureOf,
  startPeople,
  vectorOfPerson,
} from './people-under-test.ts'

let rig: PeopleUnderTest
let me: Asker
beforeAll(async () => {
  rig = await startPeople()
})
beforeEach(async () => {
  me = await rig.asker()
  rig.useEmbedder(embedder.digest)
})
afterAll(() => rig.stop())

const signal = new AbortController().signal
const idOf = (enrolment: { person: { id: string } | null }): string => enrolment.person?.id ?? 'nobody'

describe('enrolment', () => {
  test('takes the good pictures and says of the others what is wrong', async () => {
    const result = await rig.add(me, 'Ada', [
      pictureOf({ who: 1 }),
      pictureOf(),
      pictureOf({ who: 1 }, { who: 2 }),
      pictureOf({ who: 1, quality: { size: 20, sharpness: 3, brightness: 5, yaw: -60, roll: 80 } }),
      picture({ faces: [], broken: true }),
      pictureOf({ who: 1, view: 1, quality: { brightness: 240 } }),
      pictureOf({ who: 1, view: 2, quality: { live: 0.1 } }),
    ])
    expect(result.refused.map(({ image, reasons }) => [image, ...reasons.map(({ code }) => code)])).toEqual([
      [1, 'no-face'],
      [2, 'many-faces'],
      [3, 'too-small', 'blurred', 'too-dark', 'turned', 'tilted'],
      [4, 'unreadable'],
      [5, 'too-bright'],
    ])
    for (const { reasons } of result.refused) for (const { hint } of reasons) expect(hint.length).toBeGreaterThan(10)
    expect(result.accepted.map(({ image, warnings }) => [image, ...warnings.map(({ code }) => code)])).toEqual([
      [0],
      [6, 'not-live'],
    ])
    expect(result.person).toMatchObject({ name: 'Ada', needs_re_enrolment: false, faces: [{ embedder }, { embedder }] })
  })

  test('of no good picture leaves nothing behind', async () => {
    const result = await rig.add(me, 'Nobody', [pictureOf()])
    expect(result.person).toBeNull()
    expect(await people.list(rig.deps.store, { owner: me.owner, limit: 5 })).toMatchObject({ people: [] })
    expect(await people.log(rig.deps.store, { owner: me.owner, limit: 5 })).toEqual([])
  })

  test('can go on later', async () => {
    const id = idOf(await rig.add(me, 'Ada', [pictureOf({ who: 1 })]))
    const more = await addPictures(rig.deps, me, {
      id,
      pictures: [async () => pictureOf({ who: 1, view: 3 })],
      keepCrop: true,
      signal,
    })
    expect(more.person?.faces).toHaveLength(2)
    const crop = await readCrop(rig.deps, { owner: me.owner, id, face: more.accepted[0]?.face ?? '' })
    expect(crop).toEqual(cropOf(1))
    const other = await rig.asker()
    await expect(addPictures(rig.deps, other, { id, pictures: [], keepCrop: false, signal })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(
      readCrop(rig.deps, { owner: other.owner, id, face: more.accepted[0]?.face ?? '' }),
    ).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('search', () => {
  test('every worker sees who is added, renamed, moved or erased at its next question', async () => {
    const [one, two] = [await rig.openKeeper(), await rig.openKeeper()]
    expect(await ask(one, me.owner, vectorOfPerson(1))).toMatchObject({ person: null, similarity: null, margin: null })
    const ada = idOf(await rig.add(me, 'Ada', [pictureOf({ who: 1 }), pictureOf({ who: 1, view: 5 })]))
    await rig.add(me, 'Berta', [pictureOf({ who: 2 })])
    for (const keeper of [one, two]) {
      const found = await ask(keeper, me.owner, vectorOfPerson(1, 1))
      expect(found.person).toEqual({ id: ada, name: 'Ada' })
      expect(found.similarity).toBeGreaterThan(0.9)
      expect(found.margin).toBeGreaterThan(0.5)
    }
    const entry = { ...me, person: ada, action: 'changed' as const }
    await people.update(rig.deps.store, { id: ada, owner: me.owner, name: 'Countess', collection: 'nobles' }, entry)
    for (const keeper of [one, two]) {
      expect((await ask(keeper, me.owner, vectorOfPerson(1))).person).toBeNull()
      expect((await ask(keeper, me.owner, vectorOfPerson(1), { collection: 'nobles' })).person?.name).toBe('Countess')
    }
    await erase(rig.deps, me, { id: ada })
    for (const keeper of [one, two]) {
      expect(await ask(keeper, me.owner, vectorOfPerson(1), { collection: 'nobles' })).toMatchObject({
        similarity: null,
      })
    }
  })

  test('strangers stay unknown, by the question’s threshold, the collection’s, the embedder’s', async () => {
    const keeper = await rig.openKeeper()
    await rig.add(me, 'Ada', [pictureOf({ who: 1 })])
    const near = (await ask(keeper, me.owner, vectorOfPerson(1, 1))).similarity ?? 0
    const above = (near + 1) / 2
    const by = async (question: object) => {
      const { threshold, threshold_from, person } = await ask(keeper, me.owner, vectorOfPerson(1, 1), question)
      return [threshold, threshold_from, person?.name]
    }
    expect(near).toBeLessThan(0.999)
    expect(await by({})).toEqual([0.6, 'assumed', 'Ada'])
    expect(await by({ default_threshold: above })).toEqual([above, 'embedder', undefined])
    await people.setThreshold(
      rig.deps.store,
      { owner: me.owner, name: 'default', threshold: 0.5 },
      { ...me, action: 'threshold' },
    )
    expect(await by({ default_threshold: above })).toEqual([0.5, 'collection', 'Ada'])
    expect(await by({ threshold: above })).toEqual([above, 'question', undefined])
    expect(await ask(keeper, me.owner, vectorOfPerson(9))).toMatchObject({
      person: null,
      similarity: expect.any(Number),
    })
  })

  test('never compares vectors of other weights, nor of other owners', async () => {
    const keeper = await rig.openKeeper()
    await rig.add(me, 'Ada', [pictureOf({ who: 1 })])
    const other = { embedder: { ...embedder, digest: 'weights-2' } }
    expect(await ask(keeper, me.owner, vectorOfPerson(1), other)).toMatchObject({ similarity: null })
    const stranger = await rig.asker()
    expect(await ask(keeper, stranger.owner, vectorOfPerson(1))).toMatchObject({ similarity: null })
    await expect(keeper.answer(me.owner, { kind: 'search' })).rejects.toMatchObject({ code: 'internal' })
  })

  test('questions at the same moment as changes are all answered truly', async () => {
    const keeper = await rig.openKeeper()
    const ids = await Promise.all(
      Array.from({ length: 12 }, async (_, who) => {
        const id = idOf(await rig.add(me, `p${who}`, [pictureOf({ who })]))
        expect((await ask(keeper, me.owner, vectorOfPerson(who))).person?.id).toBe(id)
        return id
      }),
    )
    await Promise.all(
      ids.map(async (id, who) => {
        if (who % 2 === 0) await erase(rig.deps, me, { id })
        const { person } = await ask(keeper, me.owner, vectorOfPerson(who))
        expect(person?.id).toBe(who % 2 === 0 ? undefined : id)
      }),
    )
  })
})

describe('another embedder', () => {
  test('people are brought over by the pictures that were kept, and the others named', async () => {
    const keeper = await rig.openKeeper()
    const kept = idOf(await rig.add(me, 'Kept', [pictureOf({ who: 1 })], { keepCrop: true }))
    const bare = idOf(await rig.add(me, 'Bare', [pictureOf({ who: 2 })]))
    rig.useEmbedder('weights-2')
    const current = { ...embedder, digest: 'weights-2' }
    const result = await reEnrol(rig.deps, me, { probe: pictureOf(), signal })
    expect(result).toMatchObject({
      embedder: current,
      done: [{ person: kept, faces: 1 }],
      left: [{ person: bare, name: 'Bare', reason: 'no pictures were kept' }],
      next_cursor: null,
    })
    expect((await ask(keeper, me.owner, vectorOfPerson(1), { embedder: current })).person?.name).toBe('Kept')
    expect((await ask(keeper, me.owner, vectorOfPerson(1))).similarity).not.toBeCloseTo(1)
    const again = await reEnrol(rig.deps, me, { probe: pictureOf(), signal })
    expect(again.done).toEqual([])
  })
})

test('two entries of one person become one', async () => {
  const keeper = await rig.openKeeper()
  const from = idOf(await rig.add(me, 'A. L.', [pictureOf({ who: 1, view: 3 })], { keepCrop: true }))
  const into = idOf(await rig.add(me, 'Ada', [pictureOf({ who: 1 })]))
  await expect(merge(rig.deps, await rig.asker(), { id: from, into })).rejects.toMatchObject({ code: 'not-found' })
  const visit = { owner: me.owner, person: from, kiosk: 'front', challenged: true, similarity: 0.8 }
  await attendance.note(rig.deps.store, visit, 0)
  await merge(rig.deps, me, { id: from, into })
  const held = await exportPerson(rig.deps, me, { id: into, current: undefined })
  expect(held.faces.map(({ crop_image }) => crop_image !== null)).toEqual([true, false])
  expect(held.attendance).toMatchObject([{ kiosk: 'front', challenged: true, similarity: 0.8 }])
  expect(await rig.deps.keys.find(from)).toBeUndefined()
  expect(await ask(keeper, me.owner, vectorOfPerson(1, 3))).toMatchObject({
    person: { id: into, name: 'Ada' },
    margin: null,
  })
})

test('an export holds everything, and is noted', async () => {
  const id = idOf(await rig.add(me, 'Ada', [pictureOf({ who: 1 })], { keepCrop: true }))
  const held = await exportPerson(rig.deps, me, { id, current: undefined })
  expect(held.person).toMatchObject({ name: 'Ada', consent: { given_by: 'Ada' } })
  expect(held.faces[0]?.vector).toEqual([...vectorOfPerson(1)])
  expect(held.faces[0]?.crop_image).toBe(`data:image/jpeg;base64,${cropOf(1).toString('base64')}`)
  expect(held.log.map(({ action, key }) => [action, key])).toEqual([
    ['exported', 'key-1'],
    ['enrolled', 'key-1'],
  ])
  await expect(exportPerson(rig.deps, await rig.asker(), { id, current: undefined })).rejects.toMatchObject({
    code: 'not-found',
  })
})

test('whose time is over is erased, and an erasure that was broken off is finished', async () => {
  const past = idOf(await rig.add(me, 'Past', [pictureOf({ who: 1 })], { expiresAt: new Date(Date.now() - 1000) }))
  const half = idOf(await rig.add(me, 'Half', [pictureOf({ who: 2 })]))
  // As if the process had died between the rows and the key.
  await people.erase(rig.deps.store, { id: half, owner: me.owner }, { ...me, person: half, action: 'erased' })
  expect(await rig.deps.keys.find(half)).toBeDefined()
  const results = await Promise.all([sweep(rig.deps), sweep(rig.deps)])
  expect(results.reduce((sum, erased) => sum + erased)).toBe(1)
  for (const id of [past, half]) expect(await rig.deps.keys.find(id)).toBeUndefined()
  const log = await people.log(rig.deps.store, { owner: me.owner, limit: 9 })
  const ends = log.filter(({ action }) => action === 'expired' || action === 'erased')
  expect(ends).toHaveLength(2)
  for (const entry of ends) expect(entry.keyDestroyedAt).not.toBeNull()
})
