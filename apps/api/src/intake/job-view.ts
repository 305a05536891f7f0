import type { JobView } from '@hearth/contract'
import { type JobRow, jobs, type Store } from '@hearth/store'

/** Address of an output of a job, without host. */
export function outputPath(job: string, name: string): string {
  return `/api/v1/jobs/${job}/outputs/${encodeURIComponent(name)}`
}

/** Jobs as every door shows them. */
export async function viewJobs(store: Store, rows: readonly JobRow[]): Promise<JobView[]> {
  const waiting = rows.filter(row => row.state === 'queued').map(row => row.id)
  const positions = await jobs.position(store, waiting)
  return rows.map(row => view(row, positions.get(row.id) ?? null))
}

export async function viewJob(store: Store, row: JobRow): Promise<JobView> {
  const [shown] = await viewJobs(store, [row])
  return shown ?? view(row, null)
}

function view(row: JobRow, position: number | null): JobView {
  return {
    id: row.id,
    task: row.task,
    state: row.state,
    owner: row.owner,
    model: row.model,
    priority: row.priority,
    input: row.input,
    output: row.output,
    outputs: row.outputs.map(file => ({ ...file, url: outputPath(row.id, file.name) })),
    progress: row.progress,
    error: row.error,
    attempt: row.attempt,
    retry_of: row.retryOf,
    queue_position: position,
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
    last_seq: row.lastSeq,
  }
}
