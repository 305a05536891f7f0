import { AppError } from '@hearth/contract'
import { decodeAlphaMask, encodePicture } from '@hearth/media'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { readBody } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import { type ErrorAnswer, presentable } from '../../http/errors.ts'
import { acceptJob, findTask } from '../../intake/accept-job.ts'
import { idempotencyKey } from '../../intake/idempotency-key.ts'
import { readMedia } from '../../intake/read-media.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import { finishedJob } from '../finished-job.ts'
import { patientJson } from '../patient-json.ts'
import { publicAddress } from '../public-address.ts'
import { pictureAnswer } from './picture-answer.ts'
import type { Media, PictureOrder } from './picture-order.ts'
import { pictureStream } from './picture-stream.ts'
import { fieldsOfForm, type PictureWish, readPictureWish } from './picture-wish.ts'

/** Seconds that a request waits for its pictures; as long as OpenAI's clients do by themselves. */
const longest = 600

export interface PictureRoute {
  /** Reads what is wanted out of the fields. */
  order(wish: PictureWish): PictureOrder
  /** First half of the names of streamed events. */
  kind: 'image_generation' | 'image_edit'
  /** Values for fields that this route does not ask for. */
  preset?: Record<string, unknown>
}

/** Answers one of the routes that draw: a job is queued, waited for and handed over as the client asked. */
export async function servePictures(
  deps: ApiDeps,
  c: ApiContext,
  route: PictureRoute,
  error: ErrorAnswer,
): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  const key = idempotencyKey(c)
  const body = await readBody(c, bodyLimit(deps))
  const fields = body.kind === 'json' ? body.value : fieldsOfForm(body.fields)
  const order = route.order(readPictureWish(withPreset(fields, route.preset)))
  const { job, created } = await acceptJob(deps, caller, {
    task: findTask(deps, order.task),
    input: order.mask === undefined ? order.input : { ...order.input, mask: await maskFor(deps, caller, order.mask) },
    model: order.model,
    dialect: 'openai',
    ...(key === undefined ? {} : { idempotencyKey: key, requestHash: `${c.req.path} ${body.digest}` }),
  })
  c.get('wide').job = job.id
  if (order.delivery.stream) {
    const seen = (thrown: unknown) => presentable(thrown, c, deps.log)
    return pictureStream({ deps, job, order, kind: route.kind, cancelOnLeave: created, presentable: seen })
  }
  const address = publicAddress(deps, c)
  const wait = { signal: c.req.raw.signal, seconds: longest, cancelOnLeave: created }
  const work = finishedJob(deps, job, wait).then(row =>
    pictureAnswer(row, { deps, address, delivery: order.delivery, prompt: order.prompt }),
  )
  return patientJson(c, deps, { work, error })
}

function withPreset(fields: unknown, preset: Record<string, unknown> = {}): unknown {
  return fields !== null && typeof fields === 'object' && !Array.isArray(fields) ? { ...preset, ...fields } : fields
}

/** OpenAI's masks are transparent where the picture is painted anew, ours are white there. */
async function maskFor(deps: ApiDeps, caller: Caller, mask: Media): Promise<Uint8Array> {
  try {
    const bytes = await readMedia(deps, caller.owner, mask)
    const picture = await decodeAlphaMask(bytes, { maxPixels: deps.config.maxPixels })
    return await encodePicture(picture, { format: 'png' })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const report = error.report()
    throw AppError.from({ ...report, message: `mask: ${report.message}`, path: ['mask'] })
  }
}
