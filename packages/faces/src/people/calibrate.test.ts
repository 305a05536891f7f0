import { afterAll, beforeAll, expect, test } from 'vitest'
import { calibrate, summarise } from './calibrate.ts'
import { embedder, type PeopleUnderTest, pictureOf, startPeople } from './people-under-test.ts'

let rig: PeopleUnderTest
beforeAll(async () => {
  rig = await startPeople()
})
afterAll(() => rig.stop())

test('the curve counts strangers at or above a threshold, and misses under it', () => {
  const { curve, pairs } = summarise([0.9, 0.5], [0.1, 0.2, 0.3, 0.4])
  expect(pairs).toEqual({ same: 2, different: 4 })
  expect(curve).toHaveLength(101)
  expect(curve[0]).toEqual({ threshold: 0, false_match_rate: 1, false_non_match_rate: 0 })
  expect(curve[20]).toEqual({ threshold: 0.2, false_match_rate: 0.75, false_non_match_rate: 0 })
  expect(curve[50]).toEqual({ threshold: 0.5, false_match_rate: 0, false_non_match_rate: 0 })
  expect(curve[51]).toEqual({ threshold: 0.51, false_match_rate: 0, false_non_match_rate: 0.5 })
})

test('a threshold is suggested only where there are enough pairs to tell one in a thousand', () => {
  const strangers = Array.from({ length: 2000 }, (_, k) => k / 4000)
  expect(summarise([0.8], strangers)).toMatchObject({ suggested: 0.5, note: expect.stringContaining('2000 pairs') })
  expect(summarise([0.8], strangers.slice(0, 999))).toMatchObject({
    suggested: null,
    note: expect.stringContaining('Too few'),
  })
  expect(summarise([], strangers).note).toContain('two faces')
  expect(summarise([], [])).toMatchObject({
    suggested: null,
    curve: expect.arrayContaining([{ threshold: 0.3, false_match_rate: null, false_non_match_rate: null }]),
  })
  expect(
    summarise(
      [0.9],
      strangers.map(() => 1),
    ),
  ).toMatchObject({ suggested: null, note: expect.stringContaining('At no threshold') })
})

test('it looks at one collection of one owner by one embedder', async () => {
  const me = await rig.asker()
  const people = Array.from({ length: 4 }, (_, who) =>
    rig.add(
      me,
      `p${who}`,
      [1, 2].map(view => pictureOf({ who, view })),
    ),
  )
  await Promise.all(people)
  await rig.add(me, 'elsewhere', [pictureOf({ who: 9 })], { collection: 'other' })
  await rig.add(await rig.asker(), 'stranger', [pictureOf({ who: 8 })])
  const found = await calibrate(rig.deps, { owner: me.owner, collection: 'default', embedder })
  expect(found).toMatchObject({ faces: 8, people: 4, pairs: { same: 4, different: 24 }, suggested: null })
  expect(found.curve[90]?.false_non_match_rate).toBe(0)
  const none = await calibrate(rig.deps, { owner: me.owner, collection: 'default', embedder: { id: 'x', digest: 'y' } })
  expect(none).toMatchObject({ faces: 0, pairs: { same: 0, different: 0 } })
})
