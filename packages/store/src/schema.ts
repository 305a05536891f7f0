import type { ErrorReport, JobEventBody, OutputFile, Progress, WorkerView } from '@hearth/contract'
import { jobStates, priorities } from '@hearth/contract'
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  sql,
  text,
  unique,
} from './drizzle.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { at, bytea, owner } from './schema-owner.ts'
import { voice } from './schema-voice.ts'

/**
 * The tables as the queries see them. The SQL files in `migrations/` make them; a test compares the two.
 */

export { owner, voice }

export const scopes = ['tasks', 'models', 'admin', 'kiosk'] as const
export type Scope = (typeof scopes)[number]

export const apiKey = pgTable(
  'api_key',
  {
    id: text().primaryKey(),
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    hash: text().notNull().unique(),
    prefix: text().notNull(),
    scopes: text({ enum: scopes }).array().notNull(),
    rateGenerate: integer(),
    rateStatus: integer(),
    createdAt: at().notNull().defaultNow(),
    lastUsedAt: at(),
    revokedAt: at(),
  },
  table => [index('api_key_owner').on(table.owner)],
)

export const session = pgTable('session', {
  hash: text().primaryKey(),
  owner: text()
    .notNull()
    .references(() => owner.id, { onDelete: 'cascade' }),
  key: text().references(() => apiKey.id, { onDelete: 'cascade' }),
  scopes: text({ enum: scopes }).array().notNull(),
  createdAt: at().notNull().defaultNow(),
  expiresAt: at().notNull(),
})

export const signIn = pgTable('sign_in', {
  hash: text().primaryKey(),
  owner: text()
    .notNull()
    .references(() => owner.id, { onDelete: 'cascade' }),
  createdAt: at().notNull().defaultNow(),
  expiresAt: at().notNull(),
  usedAt: at(),
})

export const upload = pgTable(
  'upload',
  {
    id: text().primaryKey(),
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    mime: text().notNull(),
    bytes: bigint({ mode: 'number' }).notNull(),
    sha256: text().notNull(),
    width: integer(),
    height: integer(),
    createdAt: at().notNull().defaultNow(),
  },
  table => [index('upload_owner').on(table.owner, table.createdAt)],
)

export const camera = pgTable(
  'camera',
  {
    id: text().primaryKey(),
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    source: text().notNull(),
    task: text().notNull(),
    model: text(),
    options: jsonb().$type<JsonObject>().notNull().default({}),
    fps: doublePrecision().notNull(),
    enabled: boolean().notNull().default(true),
    createdAt: at().notNull().defaultNow(),
  },
  table => [index('camera_owner').on(table.owner, table.createdAt)],
)

export const apiNode = pgTable('api_node', {
  id: text().primaryKey(),
  host: text().notNull(),
  addresses: text().array().notNull(),
  certificate: text(),
  token: text().notNull(),
  seenAt: at().notNull().defaultNow(),
})

export const worker = pgTable('worker', {
  id: text().primaryKey(),
  host: text().notNull(),
  seenAt: at().notNull().defaultNow(),
  view: jsonb().$type<WorkerView>().notNull(),
})

export const job = pgTable(
  'job',
  {
    id: text().primaryKey(),
    task: text().notNull(),
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    model: text().notNull(),
    family: text().notNull(),
    lane: text().notNull().default('batch'),
    dialect: text(),
    state: text({ enum: jobStates }).notNull().default('queued'),
    priority: text({ enum: priorities }).notNull().default('normal'),
    share: text().notNull(),
    fairTag: bigint({ mode: 'number' }).notNull(),
    input: jsonb().$type<JsonObject>().notNull(),
    text: text().notNull().default(''),
    output: jsonb().$type<JsonValue>(),
    outputs: jsonb().$type<OutputFile[]>().notNull().default([]),
    progress: jsonb().$type<Progress>(),
    error: jsonb().$type<ErrorReport>(),
    attempt: integer().notNull().default(1),
    engineCrashes: integer().notNull().default(0),
    lostWorkers: integer().notNull().default(0),
    workerId: text(),
    device: text(),
    retryOf: text(),
    idempotencyKey: text(),
    requestHash: text(),
    cancelRequestedAt: at(),
    createdAt: at().notNull().defaultNow(),
    startedAt: at(),
    finishedAt: at(),
    lastSeq: integer().notNull().default(0),
  },
  table => [
    unique('job_idempotency').on(table.owner, table.idempotencyKey),
    index('job_owner_newest').on(table.owner, table.createdAt.desc(), table.id.desc()),
    index('job_newest').on(table.createdAt.desc(), table.id.desc()),
    index('job_turn')
      .on(table.lane, table.priority, table.state, table.fairTag)
      .where(sql`state in ('queued', 'running')`),
    index('job_share_turn')
      .on(table.share, table.lane, table.priority, table.fairTag)
      .where(sql`state in ('queued', 'running')`),
    index('job_retry').on(table.retryOf).where(sql`retry_of is not null`),
  ],
)
export type JobRow = typeof job.$inferSelect

export const jobEvent = pgTable(
  'job_event',
  {
    job: text()
      .notNull()
      .references(() => job.id, { onDelete: 'cascade' }),
    seq: integer().notNull(),
    at: at().notNull().defaultNow(),
    body: jsonb().$type<JobEventBody>().notNull(),
  },
  table => [primaryKey({ columns: [table.job, table.seq] })],
)

export const jobPreview = pgTable('job_preview', {
  job: text()
    .primaryKey()
    .references(() => job.id, { onDelete: 'cascade' }),
  mime: text().notNull(),
  bytes: bytea().notNull(),
  at: at().notNull().defaultNow(),
})

export const runStat = pgTable(
  'run_stat',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    host: text().notNull(),
    device: text().notNull(),
    model: text().notNull(),
    task: text().notNull(),
    work: doublePrecision().notNull(),
    seconds: doublePrecision().notNull(),
    loadSeconds: doublePrecision(),
    at: at().notNull().defaultNow(),
  },
  table => [index('run_stat_recent').on(table.model, table.device, table.task, table.id.desc())],
)

export const setting = pgTable('setting', {
  key: text().primaryKey(),
  value: jsonb().$type<JsonValue>().notNull(),
  changedAt: at().notNull().defaultNow(),
})

export const audit = pgTable(
  'audit',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: at().notNull().defaultNow(),
    owner: text(),
    key: text(),
    action: text().notNull(),
    detail: jsonb().$type<JsonObject>().notNull().default({}),
  },
  table => [index('audit_owner').on(table.owner, table.id.desc())],
)

export const attendance = pgTable(
  'attendance',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    person: text().notNull(),
    kiosk: text(),
    at: at().notNull().defaultNow(),
    challenged: boolean().notNull(),
    similarity: doublePrecision().notNull(),
  },
  table => [
    index('attendance_owner').on(table.owner, table.id.desc()),
    index('attendance_person').on(table.owner, table.person, table.at.desc()),
  ],
)

export const response = pgTable(
  'response',
  {
    id: text().primaryKey(),
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    previous: text(),
    input: jsonb().$type<unknown[]>().notNull(),
    body: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  table => [index('response_owner').on(table.owner), index('response_created').on(table.createdAt)],
)

export const deliveryStates = ['waiting', 'delivered', 'failed'] as const

export const webhookDelivery = pgTable(
  'webhook_delivery',
  {
    id: text().primaryKey(),
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    job: text().references(() => job.id, { onDelete: 'cascade' }),
    url: text(),
    body: text().notNull(),
    state: text({ enum: deliveryStates }).notNull().default('waiting'),
    attempts: integer().notNull().default(0),
    createdAt: at().notNull().defaultNow(),
    nextAt: at().notNull().defaultNow(),
    expiresAt: at(),
    error: text(),
  },
  table => [
    index('webhook_delivery_due').on(table.nextAt).where(sql`state = 'waiting'`),
    index('webhook_delivery_owner').on(table.owner, table.createdAt.desc()),
    index('webhook_delivery_job').on(table.job).where(sql`job is not null`),
  ],
)

export const collection = pgTable(
  'collection',
  {
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    threshold: doublePrecision(),
    createdAt: at().notNull().defaultNow(),
  },
  table => [primaryKey({ columns: [table.owner, table.name] })],
)

/** Who agreed to be known again. */
export interface Consent {
  /** The person, or who may answer for them. */
  given_by: string
  given_at: string
  /** What it was given for. */
  purpose: string
  /** Version and sha256 of the text that was shown; the digest is null for a text that this server never saw. */
  text_version: string
  text_digest: string | null
}

export const person = pgTable(
  'person',
  {
    id: text().primaryKey(),
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    collection: text().notNull(),
    name: text().notNull(),
    consent: jsonb().$type<Consent>().notNull(),
    expiresAt: at(),
    createdAt: at().notNull().defaultNow(),
  },
  table => [
    index('person_owner').on(table.owner, table.collection, sql`lower(name)`, table.id),
    index('person_expiry').on(table.expiresAt).where(sql`expires_at is not null`),
  ],
)

export const personFace = pgTable(
  'person_face',
  {
    id: text().primaryKey(),
    person: text()
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    embedder: text().notNull(),
    embedderDigest: text().notNull(),
    dimensions: integer().notNull(),
    vector: bytea().notNull(),
    crop: bytea(),
    quality: jsonb().$type<JsonObject>().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  table => [index('person_face_person').on(table.person)],
)

export const personChange = pgTable(
  'person_change',
  {
    person: text().primaryKey(),
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    seq: bigint({ mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
  },
  table => [index('person_change_owner').on(table.owner, table.seq)],
)

export const personLog = pgTable(
  'person_log',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: at().notNull().defaultNow(),
    owner: text()
      .notNull()
      .references(() => owner.id, { onDelete: 'cascade' }),
    person: text(),
    key: text(),
    action: text().notNull(),
    detail: jsonb().$type<JsonObject>().notNull().default({}),
    keyDestroyedAt: at(),
  },
  table => [
    index('person_log_owner').on(table.owner, table.id.desc()),
    index('person_log_unfinished')
      .on(table.id)
      .where(sql`action in ('erased', 'expired') and key_destroyed_at is null`),
  ],
)
