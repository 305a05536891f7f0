import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dump } from '@hearth/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { erase } from './index.ts'
import { openKeyRing } from './key-ring.ts'
import { type PeopleUnderTest, pictureOf, startPeople, vectorOfPerson } from './people-under-test.ts'
import { open, seal, vectorBytes, vectorOfFace } from './seal.ts'

let rig: PeopleUnderTest
beforeAll(async () => {
  rig = await startPeople()
})
afterAll(() => rig.stop())

/** Every byte that the database and the state folder have on disk, by file; and all rows as a backup writes them. */
async function everything(): Promise<Map<string, Buffer>> {
  await rig.rig.store.pool.query('checkpoint')
  const { rows } = await rig.rig.store.pool.query<{ data_directory: string }>('show data_directory')
  const found = new Map<string, Buffer>()
  for (const folder of [rows[0]?.data_directory ?? '', rig.state]) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      found.set(path, await readFile(path))
    }
  }
  found.set('rows', Buffer.from(await dumped()))
  return found
}

async function dumped(): Promise<string> {
  const lines: string[] = []
  for await (const { table, row } of dump(rig.rig.store)) lines.push(`${table} ${row}`)
  return lines.join('\n')
}

/** Files that hold these bytes, as they are or written as hex or base64. */
function holders(files: Map<string, Buffer>, needle: Buffer): string[] {
  // Base64 of a piece depends on where it starts; the middle of one of three ways is in the text.
  const inBase64 = [0, 1, 2].map(skip =>
    needle.subarray(skip, skip + 3 * Math.floor((needle.length - skip) / 3)).toString('base64'),
  )
  const forms = [needle, Buffer.from(needle.toString('hex')), ...inBase64.map(text => Buffer.from(text))]
  return [...files].filter(([, bytes]) => forms.some(form => bytes.includes(form))).map(([path]) => path)
}

test('nothing that shows a face can be read from the database or the files, in the journal neither', async () => {
  const me = await rig.asker()
  const shown = pictureOf({ who: 3 })
  await rig.add(me, 'Ada of the disk', [shown], { keepCrop: true })
  const files = await everything()
  // The search finds what is there.
  expect(holders(files, Buffer.from('Ada of the disk')).length).toBeGreaterThan(1)
  expect(files.size).toBeGreaterThan(100)
  const vector = Buffer.from(vectorBytes(vectorOfPerson(3)))
  expect(holders(files, vector.subarray(0, 12))).toEqual([])
  expect(holders(files, vector.subarray(100, 112))).toEqual([])
  expect(holders(files, Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x4a, 0x46, 0x49, 0x46]))).toEqual([])
  expect(holders(files, Buffer.from('crop of person'))).toEqual([])
  expect(holders(files, shown)).toEqual([])
})

test('keys are readable by their owner alone', async () => {
  const keys = await readdir(rig.state, { recursive: true, withFileTypes: true })
  const paths = keys.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  expect(paths.some(path => path.endsWith('/master.key'))).toBe(true)
  expect(paths.some(path => path.includes('/people-keys/'))).toBe(true)
  for (const path of paths) expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('after an erasure nothing gives the vector back, rows copied before it neither', async () => {
  const me = await rig.asker()
  const { person } = await rig.add(me, 'Ada', [pictureOf({ who: 4 })], { keepCrop: true })
  const [id, face] = [person?.id ?? '', person?.faces[0]?.id ?? '']
  const before = await dumped()
  const sealed = Buffer.from(sealedVector(before, face), 'hex')
  const key = await rig.deps.keys.get(id)
  // With its key the copy can be opened: without the erasure a backup would serve.
  expect(open(key, sealed, vectorOfFace(id, face))).toEqual(Buffer.from(vectorBytes(vectorOfPerson(4))))
  const keyFile = [...(await everything())].find(([path]) => path.endsWith(`${id}.key`))?.[1] ?? Buffer.alloc(0)
  expect(keyFile.length).toBeGreaterThan(32)

  await erase(rig.deps, me, { id })
  const after = await everything()
  expect(await rig.deps.keys.find(id)).toBeUndefined()
  expect([...after.keys()].filter(path => path.includes(id))).toEqual([])
  // Neither the key nor what it was sealed as is left anywhere.
  expect(holders(after, key)).toEqual([])
  expect(holders(after, keyFile)).toEqual([])
  expect(after.get('rows')?.toString()).not.toContain(face)
  // What is left on the machine does not open the copy.
  for (const path of after.keys()) {
    if (path.endsWith('master.key')) {
      const master = Buffer.from(after.get(path)?.toString() ?? '', 'hex')
      expect(() => open(master, sealed, vectorOfFace(id, face))).toThrow('cannot be opened')
    }
  }
  const log = await rig.rig.store.pool.query(`select * from person_log where person = $1 order by id`, [id])
  expect(log.rows.map(({ action }) => action)).toEqual(['enrolled', 'erased'])
  expect(JSON.stringify(log.rows)).not.toContain('Ada')
})

function sealedVector(rows: string, face: string): string {
  const line = rows.split('\n').find(line => line.startsWith('person_face ') && line.includes(face)) ?? ''
  return (JSON.parse(line.slice('person_face '.length)) as { vector: string }).vector.slice(2)
}

test('what is sealed for one purpose opens for no other, and not when it was changed', () => {
  const key = randomBytes(32)
  const sealed = seal(key, Buffer.from('face'), vectorOfFace('a', 'b'))
  expect(open(key, sealed, vectorOfFace('a', 'b')).toString()).toBe('face')
  expect(() => open(key, sealed, vectorOfFace('a', 'c'))).toThrow('cannot be opened')
  expect(() => open(randomBytes(32), sealed, vectorOfFace('a', 'b'))).toThrow('cannot be opened')
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(() => open(key, changed, vectorOfFace('a', 'b'))).toThrow('cannot be opened')
  }
  expect(() => open(key, sealed.subarray(0, 20), vectorOfFace('a', 'b'))).toThrow('cannot be opened')
})

test('another master key opens no person’s key, and says so', async () => {
  const me = await rig.asker()
  const { person } = await rig.add(me, 'Ada', [pictureOf({ who: 5 })])
  const place = { masterKey: randomBytes(32), roots: { state: rig.state } }
  await expect(openKeyRing(place).get(person?.id ?? '')).rejects.toMatchObject({
    hint: expect.stringContaining('HEARTH_MASTER_KEY'),
  })
})

test('a master key that is gone is not replaced by a new one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-lost-'))
  await openKeyRing({ roots: { state: folder } }).make('01a1fecc-38ac-79fc-8e8c-b0edd2a53f83')
  await rm(join(folder, 'master.key'))
  const again = openKeyRing({ roots: { state: folder } }).make('01a1fecc-38ac-79fc-8e8c-b0edd2a53f84')
  await expect(again).rejects.toMatchObject({ message: expect.stringContaining('the master key is gone') })
  await rm(folder, { recursive: true })
})
