import { AppError, type MediaKind, parseInput, type Task } from '@hearth/contract'
import { inspectPicture, sniffAudio } from '@hearth/media'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { type LiveAnswer, liveReference } from '../live-lane/live-lane.ts'
import { acceptJob, type Order, withMedia, withPlaceholders } from './accept-job.ts'
import { fetchOnUse } from './fetch-on-use.ts'
import { readMedia } from './read-media.ts'
import type { Media } from './store-media.ts'

/**
 * Runs an order at once, whatever door it came through. Nothing is stored: pictures and sound travel with the request.
 * @param signal the run is given up when it aborts.
 * @param chunk hears each piece of a streamed answer.
 * @throws AppError as `LiveLane.run`, and for what is wrong with the order.
 */
export async function runOrder(
  deps: ApiDeps,
  caller: Pick<Caller, 'owner' | 'key'>,
  { task, input, model }: Pick<Order, 'task' | 'input' | 'model'>,
  signal: AbortSignal,
  chunk?: (value: unknown) => void,
): Promise<LiveAnswer> {
  requireLive(task)
  parseInput(task, withPlaceholders(task, input))
  const media = new Map<string, Uint8Array>()
  const replaced = await withMedia(task, input, async (kind, given) => {
    const bytes = await readLive(deps, caller.owner, kind, given)
    const reference = liveReference(media.size)
    media.set(reference, bytes)
    return reference
  })
  const { owner } = caller
  const run = { task: task.id, model, input: parseInput(task, replaced), media, owner, signal, chunk }
  try {
    return await deps.live.run(run)
  } catch (thrown) {
    throw await fetchOnUse(deps, { task, model }, thrown, pull => acceptJob(deps, caller, pull))
  }
}

/** @throws AppError `invalid-input` for a task that only runs as a job. */
export function requireLive(task: Task): void {
  if (task.lanes.includes('live')) return
  throw new AppError('invalid-input', `${task.id} does not run at once`, {
    path: ['task'],
    hint: `Run it as a job: POST /api/v1/tasks/${task.id}/jobs`,
  })
}

/** The bytes of a picture or a sound, checked by their head. @throws AppError. */
export async function readLive(deps: ApiDeps, owner: string, kind: MediaKind, media: Media): Promise<Uint8Array> {
  if (kind === 'video') throw new AppError('unsupported-media', `${kind} files are not taken here`)
  const bytes = await readMedia(deps, owner, media, kind)
  if (bytes.byteLength > deps.config.maxUpload) {
    throw new AppError('too-large', `the file has ${bytes.byteLength} bytes, more than ${deps.config.maxUpload}`)
  }
  if (kind === 'audio') sniffAudio(bytes)
  else await inspectPicture(bytes, { maxPixels: deps.config.maxPixels })
  return bytes
}
