import { AppError } from '@hearth/contract'
import { task as synthesiseSpeech } from '@hearth/speech/synthesise-speech/spec'
import { task as transcribe } from '@hearth/speech/transcribe/spec'
import type { JobRow } from '@hearth/store'
import type { Hono } from 'hono'
import type { ApiDeps } from '../../deps.ts'
import { type Body, readBody, readForm } from '../../http/body.ts'
import type { ApiContext, Env } from '../../http/env.ts'
import type { ErrorAnswer } from '../../http/errors.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { waitForEnd } from '../../live/wait-for-end.ts'
import { ownJob } from '../../routes/jobs.ts'
import { admit } from '../admit.ts'
import { patientJson } from '../patient-json.ts'
import { acceptOrder } from './accept-order.ts'
import { audioAnswer } from './audio-answer.ts'
import { type AudioOrder, synthesizeOrder, transcribeOrder } from './audio-order.ts'

/** Seconds; after that the answer is `processing`, and the status route tells the rest. */
const longest = 600

/** Writing speech down and reading text aloud: answered when it is done, as the original is. */
export function mountAudio(app: Hono<Env>, deps: ApiDeps, error: ErrorAnswer): void {
  app.post('/api/audio/transcribe', async c => {
    const order = async (body: Body) => transcribeOrder(body)
    return serveAudio(c, deps, { task: transcribe.id, read: readForm, order, error })
  })
  app.post('/api/audio/synthesize', async c => {
    const order = async (body: Body) => synthesizeOrder(body, await deps.models.list())
    return serveAudio(c, deps, { task: synthesiseSpeech.id, read: readBody, order, error })
  })
  app.get('/api/audio/status/:job', async c => {
    const caller = await admit(deps, c, 'status')
    return c.json(audioAnswer(await ownJob(deps, caller, c.req.param('job'))))
  })
}

interface AudioRoute {
  task: string
  read(c: ApiContext, limit: number): Promise<Body>
  order(body: Body): Promise<AudioOrder>
  error: ErrorAnswer
}

async function serveAudio(c: ApiContext, deps: ApiDeps, { task, read, order, error }: AudioRoute): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  const body = await read(c, bodyLimit(deps))
  const job = await acceptOrder(c, deps, { caller, task, body, fields: await order(body) })
  const work = waitForEnd(deps, job, longest, c.req.raw.signal).then(ended)
  return patientJson(c, deps, { work, error })
}

function ended(row: JobRow) {
  if (row.state === 'failed' && row.error) throw AppError.from(row.error)
  return audioAnswer(row)
}
