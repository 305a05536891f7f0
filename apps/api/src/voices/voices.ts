import { createHash } from 'node:crypto'
import { AppError } from '@hearth/contract'
import { open, seal } from '@hearth/faces/people'
import { audit, newId, voices } from '@hearth/store'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { readRecording } from './recording.ts'

/** Voices that an owner may keep. */
const most = 100

/** A kept voice as its owner sees it. */
export interface Voice {
  id: string
  name: string
  /** The one that it was meant for, as the client called it. */
  model: string
  /** What is said in the recording. Null where its key is gone: then it can only be erased. */
  said: string | null
}

type Deps = Pick<ApiDeps, 'store' | 'people'>
type Asker = Pick<Caller, 'owner' | 'key'>

/** What the sealed parts of a voice are for: one cannot be opened as the other, or as another voice's. */
const purposes = (id: string) => ({ sound: `hearth voice ${id}`, said: `hearth words of voice ${id}` })

/**
 * Keeps a recording to speak with. It is biometric data: sealed with a key of its own, beside those of registered people.
 * @throws AppError `invalid-input`, `unsupported-media`, `conflict` where there are too many.
 */
export async function addVoice(
  { store, people: { keys } }: Deps,
  { owner, key: asked }: Asker,
  given: { name: string; model: string; said: string; bytes: Uint8Array },
): Promise<Voice> {
  const { name, model, said } = given
  const { bytes, seconds } = await readRecording(given.bytes)
  const id = newId()
  const key = await keys.make(id)
  const sealed = {
    sound: seal(key, bytes, purposes(id).sound),
    said: seal(key, Buffer.from(said), purposes(id).said),
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  try {
    await voices.create(store, { id, owner, name, model, seconds, sha256, ...sealed }, { most })
  } catch (error) {
    await keys.destroy(id)
    throw error
  }
  await note(store, { owner, key: asked }, 'voice added', id)
  return { id, name, model, said }
}

/** The oldest first. */
export async function listVoices({ store, people: { keys } }: Deps, { owner }: Asker): Promise<Voice[]> {
  const rows = await voices.list(store, { owner })
  return Promise.all(
    rows.map(async ({ id, name, model, said }) => {
      const key = await keys.find(id)
      return { id, name, model, said: key ? open(key, said, purposes(id).said).toString() : null }
    }),
  )
}

/** The recording and what is said in it. @throws AppError `not-found`, for another owner's too; `conflict` without key. */
export async function openVoice(
  { store, people: { keys } }: Deps,
  { owner }: Asker,
  id: string,
): Promise<{ sound: Uint8Array; said: string }> {
  const row = await voices.get(store, { id, owner })
  if (!row) throw unknown()
  const key = await keys.find(id)
  if (!key) {
    throw new AppError('conflict', 'the key of this voice is not on this machine: the recording cannot be read', {
      hint: 'Delete the voice and upload it again, or bring the folder people-keys back.',
    })
  }
  const { sound, said } = purposes(id)
  return { sound: open(key, row.sound, sound), said: open(key, row.said, said).toString() }
}

/**
 * Erases a voice. Its key goes first: whatever is left of the row in the database, or in a copy of it, cannot be heard.
 * @throws AppError `not-found`, for another owner's too.
 */
export async function eraseVoice({ store, people: { keys } }: Deps, { owner, key }: Asker, id: string): Promise<void> {
  if (!(await voices.get(store, { id, owner }))) throw unknown()
  await keys.destroy(id)
  await voices.remove(store, { id, owner })
  await note(store, { owner, key }, 'voice erased', id)
}

function unknown(): AppError {
  return new AppError('not-found', 'there is no such voice', {
    hint: 'Upload one, or look at the list of those there are.',
  })
}

/** Neither the name nor what is said: the entry outlives the voice. */
async function note(store: Deps['store'], { owner, key }: Asker, action: string, voice: string): Promise<void> {
  await audit.record(store, { owner, ...(key === null ? {} : { key: key.id }), action, detail: { voice } })
}
