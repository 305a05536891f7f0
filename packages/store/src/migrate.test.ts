import { startServices, type TestServices } from '@hearth/testing/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getTableConfig, is, PgTable } from './drizzle.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import * as schema from './schema.ts'

let services: TestServices
let store: Store

beforeAll(async () => {
  services = await startServices()
  store = openStore({ url: services.databaseUrl })
})
afterAll(async () => {
  await store.close()
  await services.stop()
})

const tables = Object.values(schema).filter(value => is(value, PgTable))

describe('migrate', () => {
  test('applies each file once, however many processes start together', async () => {
    const applied = await Promise.all([migrate(store), migrate(store), migrate(store)])
    expect(applied.flat()).toEqual([...new Set(applied.flat())])
    expect(applied.flat()).toContain('0001_start.sql')
    expect(await migrate(store)).toEqual([])
  })

  test('makes the tables that the queries are typed with', async () => {
    await migrate(store)
    expect(tables.length).toBeGreaterThan(10)
    const columns = await store.pool.query<{
      table_name: string
      column_name: string
      type: string
      nullable: boolean
    }>(
      `select c.relname as table_name, a.attname as column_name, format_type(a.atttypid, a.atttypmod) as type,
         not a.attnotnull as nullable
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
         and c.relname <> 'migration'`,
    )
    const inDatabase = columns.rows.map(
      row => `${row.table_name}.${row.column_name} ${row.type} ${row.nullable ? 'null' : ''}`,
    )
    const inSchema = tables.flatMap(table => {
      const config = getTableConfig(table)
      const keys = config.primaryKeys.flatMap(key => key.columns.map(column => column.name))
      return config.columns.map(column => {
        const required = column.notNull || column.primary || keys.includes(column.name)
        const name = column.name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
        const type = column.getSQLType().replace('timestamp (3)', 'timestamp(3)')
        return `${config.name}.${name} ${type} ${required ? '' : 'null'}`
      })
    })
    expect(inSchema.toSorted()).toEqual(inDatabase.toSorted())
  })

  test('makes the indexes and keys that the schema lists', async () => {
    await migrate(store)
    const { rows } = await store.pool.query<{ indexname: string }>(
      `select indexname from pg_indexes where schemaname = 'public'`,
    )
    const names = rows.map(row => row.indexname)
    const listed = tables.flatMap(table => {
      const config = getTableConfig(table)
      return [...config.indexes.map(index => index.config.name), ...config.uniqueConstraints.map(unique => unique.name)]
    })
    expect(listed.length).toBeGreaterThan(6)
    for (const name of listed) expect(names).toContain(name)
  })

  test('refuses a database made by a newer version', async () => {
    await migrate(store)
    await store.pool.query(`insert into migration (name) values ('9999_future.sql')`)
    await expect(migrate(store)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('9999_future.sql'),
    })
    await store.pool.query(`delete from migration where name = '9999_future.sql'`)
  })
})
