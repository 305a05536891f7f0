import type { AppError } from '@hearth/contract'
import type { Hono } from 'hono'
import type { ApiDeps } from '../../deps.ts'
import type { Env } from '../../http/env.ts'
import { type ErrorAnswer, statusOf } from '../../http/errors.ts'
import type { Dialect } from '../dialect.ts'
import { mountAudio } from './audio.ts'
import { createCameraSocket } from './camera-socket.ts'
import { mountFaceRecognition } from './face-recognition.ts'
import { mountImageRecognition } from './image-recognition.ts'
import { mountImageToImage } from './image-to-image.ts'
import { mountOutputs } from './outputs.ts'
import { mountRegisteredPeople } from './registered-people.ts'
import { mountTextToImage } from './text-to-image.ts'

/** `{"detail": "..."}`, with the hint in the text because that is all that clients show. */
const error: ErrorAnswer = (c, error) => c.json({ detail: detailOf(error) }, statusOf(error))

function detailOf({ message, hint }: AppError): string {
  return hint === undefined ? message : `${/[.!?]$/.test(message) ? message : `${message}.`} ${hint}`
}

function mount(app: Hono<Env>, deps: ApiDeps): void {
  mountTextToImage(app, deps)
  mountImageToImage(app, deps, error)
  mountAudio(app, deps, error)
  mountOutputs(app, deps)
  mountImageRecognition(app, deps)
  mountFaceRecognition(app, deps)
  mountRegisteredPeople(app, deps)
}

/** The multimedia API: one path for each task, `/outputs/...` for what they made. */
export const dialect: Dialect = {
  id: 'multimedia',
  title: 'Multimedia API',
  owns: path =>
    /^\/outputs(\/|$)/.test(path) || (/^\/api\/./.test(path) && !/^\/api\/(v1|docs|openapi\.json)(\/|$)/.test(path)),
  mount,
  error,
  sockets: deps => ({ '/ws/camera': createCameraSocket(deps) }),
}
