import { AppError, type JobEvent, type JobEventBody } from '@hearth/contract'
import { and, eq, sql } from '../drizzle.ts'
import { newId } from '../ids.ts'
import { type Database, prepared, query, type Store } from '../open.ts'
import { type JobRow, job, webhookDelivery } from '../schema.ts'
import type { NewJob } from './types.ts'
import { eventsOfTaken, toEvents } from './write-events.ts'

const first: JobEventBody[] = [{ type: 'queued' }]

const insert = prepared(db => {
  const taken = insertion(db)
  return db.with(taken, eventsOfTaken(db, first)).select().from(taken).prepare('insert_job')
})

/** The message is there with the job, or neither is. */
const insertTold = prepared(db => {
  const taken = insertion(db)
  const told = db.$with('told', {}).as(sql`
    insert into ${webhookDelivery} (id, owner, job, url, body)
    select ${sql.placeholder('message')}, taken.owner, taken.id, ${sql.placeholder('webhook')}, '' from taken`)
  return db.with(taken, eventsOfTaken(db, first), told).select().from(taken).prepare('insert_told_job')
})

function insertion(db: Database) {
  const lane = sql.placeholder('lane')
  const priority = sql.placeholder('priority')
  const share = sql.placeholder('share')
  return db.$with('taken').as(
    db
      .insert(job)
      .values({
        id: sql.placeholder('id'),
        task: sql.placeholder('task'),
        owner: sql.placeholder('owner'),
        model: sql.placeholder('model'),
        family: sql.placeholder('family'),
        lane,
        dialect: sql.placeholder('dialect'),
        priority,
        share,
        fairTag: sql`next_turn(${share}, ${lane}, ${priority})`,
        input: sql.placeholder('input'),
        text: sql.placeholder('text'),
        retryOf: sql.placeholder('retryOf'),
        idempotencyKey: sql.placeholder('idempotencyKey'),
        requestHash: sql.placeholder('requestHash'),
        lastSeq: first.length,
      })
      .onConflictDoNothing({ target: [job.owner, job.idempotencyKey] })
      .returning(),
  )
}

/** What a new job has unless it says otherwise. */
const defaults = {
  lane: 'batch',
  dialect: null,
  priority: 'normal',
  text: '',
  retryOf: null,
  idempotencyKey: null,
  requestHash: null,
}

/**
 * Stores a job as `queued`, with its first event and its turn.
 *
 * A known idempotency key gives the earlier job (`created: false`, no events); throws `conflict` if that came from
 * another request.
 */
export async function create(
  store: Store,
  input: NewJob,
): Promise<{ job: JobRow; created: boolean; events: JobEvent[] }> {
  const values = { ...defaults, id: newId(), share: input.owner, ...input }
  const told = input.webhook === undefined ? undefined : { ...values, message: `msg_${newId()}` }
  const [row] = await query(store, () => (told ? insertTold(store).execute(told) : insert(store).execute(values)))
  if (row) return { job: row, created: true, events: toEvents(row, first, row.createdAt) }
  return { job: await earlierJob(store, input), created: false, events: [] }
}

async function earlierJob(store: Store, { owner, idempotencyKey = '', requestHash = null }: Earlier): Promise<JobRow> {
  const [earlier] = await query(store, db =>
    db
      .select()
      .from(job)
      .where(and(eq(job.owner, owner), eq(job.idempotencyKey, idempotencyKey))),
  )
  // It was deleted between the two statements; the client's own retry will make a new one.
  if (!earlier) throw new AppError('conflict', 'the job of this Idempotency-Key was just deleted', { retryable: true })
  if (earlier.requestHash === requestHash) return earlier
  throw new AppError('conflict', 'this Idempotency-Key was used for another request', {
    hint: `Take a new key, or read the earlier job ${earlier.id}.`,
  })
}

type Earlier = Pick<NewJob, 'owner' | 'idempotencyKey'> & { requestHash?: string | null }
