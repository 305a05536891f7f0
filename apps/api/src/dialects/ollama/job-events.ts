import { finalStates, type JobEvent } from '@hearth/contract'
import type { JobRow } from '@hearth/store'
import type { ApiDeps } from '../../deps.ts'
import { createWatch, type Watch } from '../../live/watch.ts'

/** What happens to a job, from its beginning to its end. */
export function jobEvents({ hub, store, log }: ApiDeps, job: JobRow): AsyncIterable<JobEvent> {
  let watch: Watch | undefined
  return new ReadableStream<JobEvent>({
    start(controller) {
      let over = false
      const followed = createWatch({
        hub,
        store,
        owner: job.owner,
        // The watch looks again by itself.
        onFault: error => log.warn({ error, job: job.id }, 'a stream missed events'),
        send(event) {
          if (over) return
          controller.enqueue(event)
          over = finalStates.some(state => state === event.type)
          if (!over) return
          followed.close()
          controller.close()
        },
      })
      watch = followed
      followed.job(job.id, 0).catch(error => {
        if (!over) controller.error(error)
        over = true
        followed.close()
      })
    },
    cancel: () => watch?.close(),
  })
}
