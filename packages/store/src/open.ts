import { AppError } from '@hearth/contract'
import { Client, type ClientConfig, Pool, type PoolClient } from 'pg'
import { drizzle, type NodePgDatabase } from './drizzle.ts'
import { storeError } from './failures.ts'

export type Database = NodePgDatabase
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

/** The database, as every query of this package takes it. */
export interface Store {
  readonly db: Database
  readonly pool: Pool
  /** Waits for running queries and ends the connections. */
  close(): Promise<void>
}

export interface StoreOptions {
  /** `postgres://user:password@host:port/database` */
  url: string
  /** Connections kept at most. */
  max?: number
  /** Told of connections that broke while nobody used them. They are replaced on the next query. */
  onFault?: (error: Error) => void
}

/** Bounds the answer to a caller while the server cannot be reached. */
class QuickClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(typeof config === 'string' ? config : { ...config, connectionTimeoutMillis: 4000 })
  }
}

/** Opens a pool; connects on first use, and again after the server was away. */
export function openStore({ url, max = 10, onFault = warn }: StoreOptions): Store {
  const pool = new Pool({
    connectionString: url,
    max,
    // How long a burst of requests may wait for a free connection.
    connectionTimeoutMillis: 5000,
    Client: QuickClient,
    // A server that stopped answering without closing its sockets.
    query_timeout: 15_000,
    keepAlive: true,
    application_name: 'hearth',
  })
  pool.on('error', onFault)
  // While a connection is lent out the pool does not listen, and an unheard error event would end the process. The
  // query in progress is told by its own rejection.
  pool.on('connect', client => client.on('error', ignoreReported))
  return {
    db: drizzle(pool, { casing: 'snake_case' }),
    pool,
    close: () => pool.end(),
  }
}

/** Resolves when the database answers; throws `unavailable` otherwise. */
export async function ping(store: Store): Promise<void> {
  await query(store, () => store.pool.query('select 1'))
}

/** Runs one piece of work on the database, with driver errors turned into AppErrors. */
export async function query<T>(store: Store, work: (db: Database) => Promise<T>): Promise<T> {
  try {
    return await work(store.db)
  } catch (error) {
    throw storeError(error)
  }
}

/**
 * A statement that is sent with every job: put together once per store, parsed and planned once per connection.
 * @param build ends in `.prepare(name)`; what varies is `sql.placeholder(name)`.
 */
export function prepared<T>(build: (db: Database) => T): (store: Store) => T {
  const made = new WeakMap<Store, T>()
  return store => {
    const known = made.get(store)
    if (known) return known
    const statement = build(store.db)
    made.set(store, statement)
    return statement
  }
}

const ofClient = new WeakMap<PoolClient, Database>()

/**
 * As `query`, all or nothing. The connection is lent and given back here: drizzle's own transaction on a pool never gives
 * it back when the first statement fails, which a restart of the server makes happen, until the pool is empty.
 */
export async function transact<T>(store: Store, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return query(store, async () => {
    const client = await store.pool.connect()
    const db = ofClient.get(client) ?? drizzle(client, { casing: 'snake_case' })
    ofClient.set(client, db)
    let broken = true
    try {
      const result = await db.transaction(work)
      broken = false
      return result
    } catch (error) {
      // What we refuse ourselves has been rolled back; after anything else a new connection is the safe choice.
      broken = !(error instanceof AppError)
      throw error
    } finally {
      client.release(broken)
    }
  })
}

function warn(error: Error): void {
  process.emitWarning(`a database connection broke: ${error.message}`)
}

function ignoreReported(): void {}
