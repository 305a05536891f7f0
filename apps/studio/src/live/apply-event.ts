import type { JobEvent, JobView } from '@hearth/contract'

/** Whether something can still happen to a job. */
export function isActive(job: Pick<JobView, 'state'>): boolean {
  return job.state === 'queued' || job.state === 'running'
}

/** Address of one of a job's files. */
export function outputAddress(job: string, name: string): string {
  return `/api/v1/jobs/${job}/outputs/${encodeURIComponent(name)}`
}

/**
 * The job after this event. Durable events that are not newer than the job change nothing, so replays are harmless;
 * passing ones (progress, preview) are taken when they belong to the present.
 */
export function applyEvent(job: JobView, event: JobEvent): JobView {
  const passing = event.type === 'progress' || event.type === 'preview'
  if (passing ? event.seq < job.last_seq : event.seq <= job.last_seq) return job
  const next = { ...job, last_seq: Math.max(job.last_seq, event.seq) }
  switch (event.type) {
    case 'queued':
      return { ...next, state: 'queued', progress: null, started_at: null }
    case 'started':
      return {
        ...next,
        state: 'running',
        attempt: event.attempt,
        model: event.model,
        started_at: event.at,
        queue_position: null,
      }
    case 'progress': {
      const { done, total, message, seconds_left } = event
      return {
        ...next,
        progress: {
          done,
          total,
          ...(message === undefined ? {} : { message }),
          ...(seconds_left === undefined ? {} : { seconds_left }),
        },
      }
    }
    case 'output':
      if (job.outputs.some(file => file.name === event.file.name)) return next
      return { ...next, outputs: [...job.outputs, { ...event.file, url: outputAddress(job.id, event.file.name) }] }
    case 'succeeded':
      return { ...next, state: 'succeeded', finished_at: event.at, queue_position: null }
    case 'failed':
      return { ...next, state: 'failed', error: event.error, finished_at: event.at, queue_position: null }
    case 'cancelled':
      return { ...next, state: 'cancelled', finished_at: event.at, queue_position: null }
    default:
      return next
  }
}

/** Of two views of one job the later; the answer to a question may arrive after an event that is newer. */
export function newer(before: JobView | undefined, after: JobView): JobView {
  return before && before.last_seq > after.last_seq ? before : after
}
