import { AppError } from '@hearth/contract'
import type { PoolClient } from 'pg'
import { storeError } from './failures.ts'
import type { Store } from './open.ts'

/** One row of any table, as Postgres' own JSON: exact to the last digit and microsecond. */
export interface DumpedRow {
  table: string
  row: string
}

const migrations = 'migration'
const batch = 500

/**
 * All rows of all tables, as they are at one moment, parents before children. Knows no table by name but the one of
 * the migrations, which comes first: it says which tables the rest needs.
 */
export async function* dump(store: Store): AsyncGenerator<DumpedRow> {
  const client = await store.pool.connect()
  try {
    await client.query('begin transaction isolation level repeatable read, read only')
    for (const table of await tables(client)) {
      await client.query(
        `declare dumped no scroll cursor for select row_to_json(t)::text as row from ${quote(table)} t`,
      )
      for (;;) {
        const { rows } = await client.query<{ row: string }>(`fetch ${batch} from dumped`)
        for (const { row } of rows) yield { table, row }
        if (rows.length < batch) break
      }
      await client.query('close dumped')
    }
    await client.query('commit')
  } catch (error) {
    throw storeError(error)
  } finally {
    // Ends the connection, and with it a transaction that was left in the middle.
    client.release(true)
  }
}

/**
 * Puts dumped rows into a database that has their tables and no rows in them. All or nothing.
 * @returns how many rows each table got.
 * @throws AppError conflict if a table has rows already.
 */
export async function load(store: Store, rows: AsyncIterable<DumpedRow>): Promise<Record<string, number>> {
  const client = await store.pool.connect()
  const counts: Record<string, number> = {}
  try {
    await client.query('begin')
    const known = (await tables(client)).filter(table => table !== migrations)
    for (const table of known) await requireEmpty(client, table)
    for await (const { table, pieces } of gathered(rows)) {
      if (table === migrations) continue
      if (!known.includes(table)) throw new AppError('conflict', `there is no table ${table} to put the rows into`)
      await insert(client, table, pieces)
      counts[table] = (counts[table] ?? 0) + pieces.length
    }
    for (const table of known) await continueNumbers(client, table)
    await client.query('commit')
    return counts
  } catch (error) {
    throw storeError(error)
  } finally {
    client.release(true)
  }
}

/** Names of the tables, those that others refer to first, the migrations at the very start. */
async function tables(client: PoolClient): Promise<string[]> {
  const { rows: named } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = current_schema() order by c.relname <> $1, c.relname`,
    [migrations],
  )
  const { rows: links } = await client.query<{ child: string; parent: string }>(
    `select child.relname as child, parent.relname as parent from pg_constraint k
     join pg_class child on child.oid = k.conrelid join pg_class parent on parent.oid = k.confrelid
     where k.contype = 'f' and child.oid <> parent.oid`,
  )
  const left = named.map(({ name }) => name)
  const ordered: string[] = []
  while (left.length > 0) {
    const next = left.findIndex(name =>
      links.every(({ child, parent }) => child !== name || ordered.includes(parent) || !left.includes(parent)),
    )
    if (next < 0) throw new AppError('internal', `the tables ${left.join(', ')} refer to each other in a circle`)
    ordered.push(...left.splice(next, 1))
  }
  return ordered
}

async function requireEmpty(client: PoolClient, table: string): Promise<void> {
  const { rowCount } = await client.query(`select 1 from ${quote(table)} limit 1`)
  if (rowCount) throw new AppError('conflict', `the table ${table} is not empty`, { hint: 'Use an empty database.' })
}

async function insert(client: PoolClient, table: string, pieces: string[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [quote(table)],
  )
  const columns = rows.map(({ name }) => quote(name)).join(', ')
  await client.query(
    `insert into ${quote(table)} (${columns}) overriding system value
     select ${columns} from json_populate_recordset(null::${quote(table)}, $1::json)`,
    [`[${pieces.join(',')}]`],
  )
}

/** Numbers given by the database go on after the highest that was put in. */
async function continueNumbers(client: PoolClient, table: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select attname as name from pg_attribute where attrelid = $1::regclass and attidentity <> '' and not attisdropped",
    [quote(table)],
  )
  for (const { name } of rows) {
    const highest = `(select coalesce(max(${quote(name)}), 0) + 1 from ${quote(table)})`
    await client.query(`select setval(pg_get_serial_sequence($1, $2), ${highest}, false)`, [quote(table), name])
  }
}

/** Neighbouring rows of one table, some at a time. */
async function* gathered(rows: AsyncIterable<DumpedRow>): AsyncGenerator<{ table: string; pieces: string[] }> {
  let table = ''
  let pieces: string[] = []
  for await (const next of rows) {
    if (pieces.length > 0 && (next.table !== table || pieces.length === batch)) {
      yield { table, pieces }
      pieces = []
    }
    table = next.table
    pieces.push(next.row)
  }
  if (pieces.length > 0) yield { table, pieces }
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
