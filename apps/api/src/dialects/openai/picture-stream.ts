import type { AppError, JobEvent } from '@hearth/contract'
import { toAppError } from '@hearth/contract'
import { cancel } from '@hearth/jobs'
import { decodePicture, type Encoding, encodePicture } from '@hearth/media'
import { type JobRow, jobs } from '@hearth/store'
import type { ApiDeps } from '../../deps.ts'
import { eventStream, type SseWriter } from '../../live/sse.ts'
import { createWatch } from '../../live/watch.ts'
import { requireSuccess } from '../finished-job.ts'
import { openaiErrorBody } from './error-body.ts'
import { noTokens, pictureBase64, sizeOf } from './picture-answer.ts'
import type { PictureOrder } from './picture-order.ts'

export interface PictureStream {
  deps: ApiDeps
  job: JobRow
  order: PictureOrder
  /** First half of the events' names. */
  kind: 'image_generation' | 'image_edit'
  cancelOnLeave: boolean
  /** Any thrown value as clients may see it. */
  presentable(thrown: unknown): AppError
}

/**
 * A job as OpenAI streams pictures: partial pictures made of its previews, evenly over its length, then one event for
 * each finished picture. The client's leaving cancels the job.
 */
export function pictureStream(options: PictureStream): Response {
  const { deps, job, cancelOnLeave, presentable } = options
  return eventStream(writer => {
    const partials = createPartials(options, writer)
    let over = false
    // One after the other, so that no partial picture comes after the finished one.
    let work: Promise<void> = Promise.resolve()
    const then = (step: () => Promise<void>) => {
      work = work.then(step).catch(thrown => {
        over = true
        sendError(writer, presentable(thrown))
      })
    }
    const watch = createWatch({
      hub: deps.hub,
      store: deps.store,
      owner: job.owner,
      onFault: thrown => then(() => Promise.reject(toAppError(thrown))),
      send: event => {
        if (over) return
        if (event.type === 'progress') partials.progress(event.done / event.total)
        else if (event.type === 'preview') then(() => partials.preview(event))
        else if (event.type === 'succeeded' || event.type === 'failed' || event.type === 'cancelled') {
          then(async () => {
            over = true
            await sendFinished(options, writer)
          })
        }
      },
    })
    then(() => watch.job(job.id, 0))
    return () => {
      watch.close()
      if (over || !cancelOnLeave) return
      over = true
      cancel(deps.queue, { id: job.id, owner: job.owner }).catch(error =>
        deps.log.warn({ error, job: job.id }, 'a job that nobody waits for could not be cancelled'),
      )
    }
  })
}

function createPartials({ order, kind }: PictureStream, writer: SseWriter) {
  const { partialImages } = order.delivery
  let share = 0
  let sent = 0
  return {
    progress(now: number) {
      share = now
    },
    /** Sends the preview if one is due by now: with k wanted, one in each of the first k of k + 1 equal parts. */
    async preview({ data }: Extract<JobEvent, { type: 'preview' }>) {
      if (sent >= partialImages || share < sent / (partialImages + 1) || writer.behind) return
      const picture = await decodePicture(Buffer.from(data, 'base64'))
      const bytes = await encodePicture(picture, { format: formatOf(order) })
      send(writer, `${kind}.partial_image`, {
        ...about(order),
        b64_json: Buffer.from(bytes).toString('base64'),
        partial_image_index: sent,
      })
      sent += 1
    },
  }
}

async function sendFinished({ deps, job, order, kind }: PictureStream, writer: SseWriter): Promise<void> {
  const row = await jobs.get(deps.store, { id: job.id, owner: job.owner })
  const { outputs } = requireSuccess(row ?? job, { seconds: 0, signal: new AbortController().signal })
  for (const file of outputs.filter(({ mime }) => mime.startsWith('image/'))) {
    send(writer, `${kind}.completed`, {
      ...about(order),
      size: sizeOf(file),
      b64_json: await pictureBase64(deps, row ?? job, file),
      usage: noTokens,
    })
  }
  writer.close()
}

function sendError(writer: SseWriter, error: AppError): void {
  writer.write({ event: 'error', data: JSON.stringify({ type: 'error', ...openaiErrorBody(error) }) })
  writer.close()
}

function send(writer: SseWriter, type: string, body: object): void {
  writer.write({ event: type, data: JSON.stringify({ type, ...body }) })
}

function about(order: PictureOrder) {
  return {
    created_at: Math.floor(Date.now() / 1000),
    size: order.delivery.size,
    quality: 'auto',
    background: 'opaque',
    output_format: formatOf(order),
  }
}

function formatOf({ input }: PictureOrder): Encoding {
  return input.format === 'jpeg' || input.format === 'webp' ? input.format : 'png'
}
