/**
 * Drizzle by its CommonJS build. For each of its 150 ES modules Node parses the package's large map of exports anew:
 * a second of time and 250 MB of garbage in every process that opens the store, instead of 0.1 s and 10 MB.
 */
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const orm: typeof import('drizzle-orm') = require('drizzle-orm')
const columns: typeof import('drizzle-orm/pg-core') = require('drizzle-orm/pg-core')
const driver: typeof import('drizzle-orm/node-postgres') = require('drizzle-orm/node-postgres')

export type { Placeholder, SQL } from 'drizzle-orm'
export type { NodePgDatabase } from 'drizzle-orm/node-postgres'

export const { and, asc, count, desc, eq, exists, gt, gte, inArray, is, isNotNull, isNull, lt, lte, ne, or, sql } = orm
export const {
  bigint,
  boolean,
  customType,
  doublePrecision,
  getTableConfig,
  index,
  integer,
  jsonb,
  PgTable,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} = columns
export const { drizzle } = driver
