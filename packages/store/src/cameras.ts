import { and, asc, eq } from './drizzle.ts'
import { newId } from './ids.ts'
import { query, type Store } from './open.ts'
import { camera } from './schema.ts'

export type CameraRow = typeof camera.$inferSelect
export type CameraFields = Omit<CameraRow, 'id' | 'owner' | 'createdAt'>

export async function create(store: Store, input: CameraFields & { owner: string }): Promise<CameraRow> {
  const [row] = await query(store, db =>
    db
      .insert(camera)
      .values({ ...input, id: newId() })
      .returning(),
  )
  if (!row) throw new Error('an insert returned no row')
  return row
}

/** Cameras of an owner, oldest first. */
export async function list(store: Store, owner: string): Promise<CameraRow[]> {
  return query(store, db => db.select().from(camera).where(eq(camera.owner, owner)).orderBy(asc(camera.createdAt)))
}

export async function get(store: Store, { id, owner }: { id: string; owner: string }): Promise<CameraRow | undefined> {
  const [row] = await query(store, db =>
    db
      .select()
      .from(camera)
      .where(and(eq(camera.id, id), eq(camera.owner, owner))),
  )
  return row
}

/** Changes what is given; undefined if there is no such camera. */
export async function change(
  store: Store,
  { id, owner }: { id: string; owner: string },
  fields: Partial<CameraFields>,
): Promise<CameraRow | undefined> {
  // An update of nothing is no SQL.
  if (Object.keys(fields).length === 0) return get(store, { id, owner })
  const [row] = await query(store, db =>
    db
      .update(camera)
      .set(fields)
      .where(and(eq(camera.id, id), eq(camera.owner, owner)))
      .returning(),
  )
  return row
}

/** Whether there was one. */
export async function remove(store: Store, { id, owner }: { id: string; owner: string }): Promise<boolean> {
  const rows = await query(store, db =>
    db
      .delete(camera)
      .where(and(eq(camera.id, id), eq(camera.owner, owner)))
      .returning({ id: camera.id }),
  )
  return rows.length > 0
}
