import type { JobState, OutputFile } from '@hearth/contract'
import type { JobRow } from '@hearth/store'

/** States of jobs in the words of this dialect. */
export const status: Record<JobState, string> = {
  queued: 'processing',
  running: 'processing',
  succeeded: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
}

const addresses = { image: '/outputs/images/generated_', audio: '/outputs/audio/speech_' } as const

/** The first file of a kind that a job made, when it has succeeded. */
export function outputOf(row: JobRow, kind: keyof typeof addresses): OutputFile | undefined {
  return row.state === 'succeeded' ? row.outputs.find(({ mime }) => mime.startsWith(`${kind}/`)) : undefined
}

/** Address of the first picture or sound of a job. */
export function outputAddress(row: JobRow, kind: keyof typeof addresses): string | null {
  const file = outputOf(row, kind)
  return file ? `${addresses[kind]}${row.id}${/\.[a-z0-9]+$/.exec(file.name)?.[0] ?? ''}` : null
}

/** The job that the last part of an address names; undefined for other names. */
export function jobOfOutput(name: string): string | undefined {
  return /^(?:generated|speech)_([A-Za-z0-9-]{8,64})\.[a-z0-9]+$/.exec(name)?.[1]
}

/** A job as this dialect shows it. A failed one says why under `detail`. */
export function taskAnswer(row: JobRow) {
  const { done, total } = row.progress ?? { done: 0, total: 0 }
  const percent = total > 0 ? Math.min(99, Math.floor((100 * done) / total)) : 0
  return {
    task_id: row.id,
    status: status[row.state],
    image_url: outputAddress(row, 'image'),
    progress: row.state === 'succeeded' ? 100 : percent,
    ...(row.error === null ? {} : { detail: row.error.message }),
  }
}
