import { customType, pgTable, text, timestamp } from './drizzle.ts'

/** What every table is made of: moments, bytes, and whose it is. */

export const at = () => timestamp({ precision: 3, withTimezone: true, mode: 'date' })
export const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
})

export const owner = pgTable('owner', {
  id: text().primaryKey(),
  name: text().notNull(),
  createdAt: at().notNull().defaultNow(),
})
