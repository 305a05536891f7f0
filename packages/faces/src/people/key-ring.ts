import { randomBytes } from 'node:crypto'
import { mkdir, open as openFile, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@hearth/contract'
import { type KeyPlace, keyFolder, readMasterKey } from './master-key.ts'
import { keyOfPerson, open, seal } from './seal.ts'

/**
 * One key for each person, in a file of its own under `<state>/people-keys`, sealed with the master key. They are kept
 * beside the database and not in it: its pages, its journal and every copy of them outlive the row that was deleted,
 * a file that was overwritten does not.
 */
export interface KeyRing {
  /** Makes and keeps the key of a new person. */
  make(person: string): Promise<Buffer>
  /** Undefined if there is none: the person was erased, or the database was restored without it. */
  find(person: string): Promise<Buffer | undefined>
  /** The key of a person who must have one. @throws AppError `conflict`. */
  get(person: string): Promise<Buffer>
  /** Overwrites and removes it; nothing happens if it is gone already. */
  destroy(person: string): Promise<void>
}

const suffix = '.key'

export function openKeyRing(place: KeyPlace): KeyRing {
  const root = join(place.roots.state, keyFolder)
  // The end of an id is random, its beginning is the time.
  const folderOf = (person: string) => join(root, person.slice(-2))
  const pathOf = (person: string) => join(folderOf(person), `${named(person)}${suffix}`)
  let master: Buffer | undefined
  const masterKey = () => {
    master ??= readMasterKey(place)
    return master
  }
  const find = async (person: string) => {
    const sealed = await readIfThere(pathOf(person))
    return sealed && open(masterKey(), sealed, keyOfPerson(person))
  }
  return {
    find,
    async get(person) {
      const key = await find(person)
      if (key) return key
      throw new AppError('conflict', 'the key of this person is not on this machine: their faces cannot be read', {
        hint: 'Erase the person and enrol them again, or bring the folder people-keys back.',
      })
    },
    async make(person) {
      const key = randomBytes(32)
      const sealed = seal(masterKey(), key, keyOfPerson(person))
      await mkdir(folderOf(person), { recursive: true, mode: 0o700 })
      await writeNew(pathOf(person), sealed)
      return key
    },
    async destroy(person) {
      await overwrite(pathOf(person))
      await rm(pathOf(person), { force: true })
    },
  }
}

function named(person: string): string {
  if (/^[0-9a-f-]{36}$/.test(person)) return person
  throw new AppError('internal', 'the id of a person must be a UUID')
}

/** Whole or not at all, and still there after a crash. */
async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.part`
  const file = await openFile(draft, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}

async function overwrite(path: string): Promise<void> {
  const file = await ifThere(() => openFile(path, 'r+'))
  if (!file) return
  try {
    const { size } = await file.stat()
    await file.write(randomBytes(size), 0, size, 0)
    await file.sync()
  } finally {
    await file.close()
  }
}

const readIfThere = (path: string) => ifThere(() => readFile(path))

async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
