import { AppError, type JobState } from '@hearth/contract'
import { task as chat } from '@hearth/language/chat/spec'
import { type JobRow, jobs } from '@hearth/store'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { chatAnswer } from '../openai/chat-answer.ts'
import { errorFields } from './error-body.ts'

const form = /^req_([A-Za-z0-9-]{8,64})$/

export const statuses: Record<JobState, string> = {
  queued: 'queued',
  running: 'processing',
  succeeded: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** The name under which clients ask for what they ordered. */
export function requestId(row: Pick<JobRow, 'id'>): string {
  return `req_${row.id}`
}

/** The job behind it. @throws AppError `not-found`, for another owner's and for jobs of other doors too. */
export async function ownRequest(deps: ApiDeps, caller: Caller, given: string): Promise<JobRow> {
  const id = form.exec(given)?.[1]
  const row = id === undefined ? undefined : await jobs.get(deps.store, { id, owner: caller.owner })
  if (row?.dialect === 'sira') return row
  throw new AppError('not-found', `there is no request ${given.slice(0, 100)}`, {
    hint: 'Only requests that were sent with "async": true can be asked for.',
  })
}

/** How a request stands, and what came of it. */
export function requestAnswer(row: JobRow) {
  return {
    request_id: requestId(row),
    status: statuses[row.state],
    created_at: row.createdAt.toISOString(),
    completed_at: row.finishedAt?.toISOString() ?? null,
    ...(row.state === 'succeeded' ? { result: result(row) } : {}),
    ...(row.error === null ? {} : { error: errorFields(AppError.from(row.error)) }),
  }
}

function result(row: JobRow) {
  const created = Math.floor(row.createdAt.getTime() / 1000)
  return chatAnswer(chat.output.parse(row.output), { id: `chatcmpl-${row.id}`, created, model: row.model })
}
