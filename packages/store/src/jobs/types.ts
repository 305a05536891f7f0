import type { ErrorReport, JobEvent, OutputFile, Priority } from '@hearth/contract'
import type { JsonObject, JsonValue } from '../json.ts'
import type { JobRow } from '../schema.ts'

export interface NewJob {
  /** A UUID of version 7 is made if there is none. */
  id?: string
  task: string
  owner: string
  /** Id of the checkpoint. */
  model: string
  family: string
  /** Which queue it waits in: `batch` unless its family needs no device or takes one for itself. */
  lane?: string
  /** Through which door it came. */
  dialect?: string
  priority?: Priority
  /** Whose turn it takes: the id of the key that asked for it. The owner, where no key did. */
  share?: string
  /** As the task's spec parsed it. */
  input: JsonObject
  /** What a search should find it by, such as the prompt. */
  text?: string
  retryOf?: string
  idempotencyKey?: string
  /** Tells a repeated request from another one under the same idempotency key. */
  requestHash?: string
  /** Address that is told when it has ended; kept with the job, see `webhooks`. */
  webhook?: string
}

/** One run of a job. Every write of a worker carries it and is refused once another run has taken over. */
export interface Attempt {
  id: string
  attempt: number
}

export type Result =
  | { state: 'succeeded'; output: JsonValue; outputs: OutputFile[] }
  | { state: 'failed'; error: ErrorReport }
  | { state: 'cancelled' }

/** What became of a write: its events, and the row after it. */
export interface Change {
  row: JobRow
  events: JobEvent[]
}
