import { AppError } from '@hearth/contract'
import { keys, type Store, settings } from '@hearth/store'
import { z } from 'zod'
import type { Door } from './door-keeper.ts'

const settingName = 'doors'
const stored = z.array(z.object({ dialect: z.string(), port: z.int().min(1).max(65535), key: z.string() }))

/** The doors that should be open. The command line writes the same setting. */
export async function readDoors(store: Store): Promise<Door[]> {
  return stored.parse((await settings.get(store, settingName)) ?? [])
}

/** Adds a door, in place of one on the same port. */
export async function addDoor(store: Store, door: Door): Promise<void> {
  await writeDoors(store, [...(await readDoors(store)).filter(({ port }) => port !== door.port), door])
}

/** @throws AppError `not-found`. */
export async function removeDoor(store: Store, port: number): Promise<void> {
  const doors = await readDoors(store)
  const left = doors.filter(door => door.port !== port)
  if (left.length === doors.length) throw new AppError('not-found', `no door is open on port ${port}`)
  await writeDoors(store, left)
}

function writeDoors(store: Store, doors: readonly Door[]): Promise<void> {
  const plain = doors.map(({ dialect, port, key }) => ({ dialect, port, key }))
  return settings.set(store, settingName, plain)
}

/** A key in use, by id or name. @throws AppError `not-found`. */
export async function findKey(store: Store, name: string, owner?: string) {
  const all = await keys.list(store, owner === undefined ? {} : { owner })
  const found = all.find(row => row.revokedAt === null && (row.id === name || row.name === name))
  if (found) return found
  throw new AppError('not-found', `there is no key ${name.slice(0, 100)}`, {
    path: ['key'],
    hint: 'Make one under Keys or with: hearth key create NAME',
  })
}
