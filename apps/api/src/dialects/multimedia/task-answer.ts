import type { JobState } from '@hearth/contract'
import type { JobRow } from '@hearth/store'

const status: Record<JobState, string> = {
  queued: 'processing',
  running: 'processing',
  succeeded: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** Address of the first picture of a job. */
export function imageAddress(row: JobRow): string | null {
  const [file] = row.outputs.filter(({ mime }) => mime.startsWith('image/'))
  if (row.state !== 'succeeded' || !file) return null
  return `/outputs/images/generated_${row.id}${/\.[a-z]+$/.exec(file.name)?.[0] ?? ''}`
}

/** The job that an address of a picture names; undefined for other names. */
export function jobOfImage(name: string): string | undefined {
  return /^generated_([A-Za-z0-9-]{8,64})\.[a-z]+$/.exec(name)?.[1]
}

/** A job as this dialect shows it. A failed one says why under `detail`. */
export function taskAnswer(row: JobRow) {
  const { done, total } = row.progress ?? { done: 0, total: 0 }
  const percent = total > 0 ? Math.min(99, Math.floor((100 * done) / total)) : 0
  return {
    task_id: row.id,
    status: status[row.state],
    image_url: imageAddress(row),
    progress: row.state === 'succeeded' ? 100 : percent,
    ...(row.error === null ? {} : { detail: row.error.message }),
  }
}
