import type { Hono } from 'hono'
import type { ApiDeps } from '../../deps.ts'
import type { Env } from '../../http/env.ts'
import { look } from './look.ts'

/** Faces, and whose they are. */
export function mountFaceRecognition(app: Hono<Env>, deps: ApiDeps): void {
  app.post('/api/face-recognition/detect', c => look(deps, c, 'detect-faces'))
  app.post('/api/face-recognition/recognize', c => look(deps, c, 'recognise-faces'))
}
