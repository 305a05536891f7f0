import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@hearth/contract'
import { storeError } from './failures.ts'
import type { Store } from './open.ts'

const folder = new URL('../migrations/', import.meta.url)
/** Any constant: processes that start together queue up behind it. */
const lock = 7_203_114
/** Milliseconds that a process waits, when it starts, for a database that starts too or is slow to answer. */
const patience = 20_000

/**
 * Brings the database to this version: each file of `migrations/`, in order of its name, once, in its own transaction.
 * Returns the names applied now. Throws `conflict` if the database was made by a newer version.
 * @param only these, as an older version would have; for putting its rows back.
 */
export async function migrate(store: Store, only?: readonly string[]): Promise<string[]> {
  const all = (await readdir(folder)).filter(name => name.endsWith('.sql')).sort()
  const files = only === undefined ? all : all.filter(name => only.includes(name))
  if (only && files.length < only.length) throw newer(only.filter(name => !all.includes(name)))
  for (const deadline = Date.now() + patience; ; ) {
    try {
      return await applyAll(store, files)
    } catch (thrown) {
      const error = storeError(thrown)
      if (error.code !== 'unavailable' || Date.now() > deadline) throw error
      await delay(250)
    }
  }
}

async function applyAll(store: Store, files: string[]): Promise<string[]> {
  const client = await store.pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [lock])
    await client.query(
      'create table if not exists migration (name text primary key, applied_at timestamptz not null default now())',
    )
    const { rows } = await client.query<{ name: string }>('select name from migration')
    const known = new Set(rows.map(row => row.name))
    const unknown = [...known].filter(name => !files.includes(name))
    if (unknown.length > 0) throw newer(unknown)
    const applied = files.filter(name => !known.has(name))
    for (const name of applied) {
      const text = await readFile(new URL(name, folder), 'utf8')
      await client.query(`begin;\n${text}\n;insert into migration (name) values ('${name}');\ncommit;`)
    }
    return applied
  } finally {
    // Ends the connection, and with it the lock and any transaction left open by a failure.
    client.release(true)
  }
}

function newer(names: readonly string[]): AppError {
  return new AppError('conflict', `the database holds changes this version does not know: ${names.join(', ')}`, {
    hint: 'Use the version of Hearth that made it, or a newer one.',
  })
}
