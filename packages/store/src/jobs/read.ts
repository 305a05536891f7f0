import { AppError, type JobState } from '@hearth/contract'
import { and, count, desc, eq, gte, inArray, lt, type SQL, sql } from '../drizzle.ts'
import { prepared, query, type Store } from '../open.ts'
import { type JobRow, job, jobPreview } from '../schema.ts'

const byId = prepared(db =>
  db
    .select()
    .from(job)
    .where(eq(job.id, sql.placeholder('id')))
    .prepare('job_by_id'),
)

/** One job. Undefined if it is unknown, or another owner's where `owner` is given. */
export async function get(store: Store, { id, owner }: { id: string; owner?: string }): Promise<JobRow | undefined> {
  const [row] = await query(store, () => byId(store).execute({ id }))
  return owner === undefined || row?.owner === owner ? row : undefined
}

/** The latest preview picture of a job that has not succeeded. */
export async function preview(
  store: Store,
  { id, owner }: { id: string; owner?: string },
): Promise<{ bytes: Uint8Array; mime: string; at: Date } | undefined> {
  const [row] = await query(store, db =>
    db
      .select({ bytes: jobPreview.bytes, mime: jobPreview.mime, at: jobPreview.at })
      .from(jobPreview)
      .innerJoin(job, eq(job.id, jobPreview.job))
      .where(mine(id, owner)),
  )
  return row
}

export interface JobFilter {
  owner?: string
  states?: JobState[]
  task?: string
  /** Every word of it must occur in the job's text, in any case. */
  text?: string
  /** Created earlier than. */
  before?: Date
  /** Created at or later than. */
  after?: Date
  /** 1 to 200. */
  limit: number
  /** `next_cursor` of the page before. */
  cursor?: string
}

/** Newest first. New jobs appear before the first page, so walking on with the cursor neither skips nor repeats. */
export async function list(store: Store, filter: JobFilter): Promise<{ jobs: JobRow[]; next_cursor: string | null }> {
  const words = (filter.text ?? '').split(/\s+/).filter(word => word !== '')
  const conditions: (SQL | undefined)[] = [
    filter.owner === undefined ? undefined : eq(job.owner, filter.owner),
    filter.states === undefined ? undefined : inArray(job.state, filter.states),
    filter.task === undefined ? undefined : eq(job.task, filter.task),
    filter.before && lt(job.createdAt, filter.before),
    filter.after && gte(job.createdAt, filter.after),
    filter.cursor === undefined ? undefined : olderThan(filter.cursor),
    ...words.map(word => sql`${job.text} ilike ${`%${word.replace(/[\\%_]/g, '\\$&')}%`}`),
  ]
  const limit = Math.min(Math.max(Math.trunc(filter.limit), 1), 200)
  const rows = await query(store, db =>
    db
      .select()
      .from(job)
      .where(and(...conditions))
      .orderBy(desc(job.createdAt), desc(job.id))
      .limit(limit + 1),
  )
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { jobs: rows.slice(0, limit), next_cursor: last ? cursorOf(last) : null }
}

/** Place in the queue of each waiting job among these, 1 = next in its lane. */
export async function position(store: Store, ids: string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await query(store, () => ranks(store).execute({ ids }))
  return new Map(rows.map(row => [row.id, row.rank]))
}

const ranks = prepared(db => {
  const ranked = db.$with('ranked').as(
    db
      .select({
        id: job.id,
        rank: sql<number>`(row_number() over (
            partition by ${job.lane}
            order by case ${job.priority} when 'high' then 0 when 'normal' then 1 else 2 end,
              ${job.fairTag}, ${job.createdAt}, ${job.id}))::int`.as('rank'),
      })
      .from(job)
      .where(eq(job.state, 'queued')),
  )
  return db
    .with(ranked)
    .select()
    .from(ranked)
    .where(sql`${ranked.id} = any(${sql.placeholder('ids')}::text[])`)
    .prepare('ranks')
})

/** How many jobs are in each state. */
export async function counts(
  store: Store,
  { owner }: { owner?: string } = {},
): Promise<Partial<Record<JobState, number>>> {
  const rows = await query(store, db =>
    db
      .select({ state: job.state, number: count() })
      .from(job)
      .where(owner === undefined ? undefined : eq(job.owner, owner))
      .groupBy(job.state),
  )
  return Object.fromEntries(rows.map(row => [row.state, row.number]))
}

function mine(id: string, owner: string | undefined): SQL | undefined {
  return and(eq(job.id, id), owner === undefined ? undefined : eq(job.owner, owner))
}

function cursorOf(row: JobRow): string {
  return Buffer.from(`${row.createdAt.getTime()} ${row.id}`).toString('base64url')
}

function olderThan(cursor: string): SQL {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ')
  const at = new Date(Number(time))
  if (time === '' || id === '' || Number.isNaN(at.getTime())) {
    throw new AppError('invalid-input', 'the cursor is not one of ours', {
      path: ['cursor'],
      hint: 'Use next_cursor of the page before, unchanged.',
    })
  }
  return sql`(${job.createdAt}, ${job.id}) < (${at.toISOString()}::timestamptz, ${id})`
}
