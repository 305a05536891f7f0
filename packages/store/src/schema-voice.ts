import { doublePrecision, index, pgTable, text } from './drizzle.ts'
import { at, bytea, owner } from './schema-owner.ts'

export const voice = pgTable(
  'voice',
  {
    id: text().primaryKey(),
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    model: text().notNull(),
    seconds: doublePrecision().notNull(),
    sha256: text().notNull(),
    sound: bytea().notNull(),
    said: bytea().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  table => [index('voice_owner').on(table.owner, table.createdAt)],
)
