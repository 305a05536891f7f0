import type { Hono } from 'hono'
import type { ApiDeps } from '../../deps.ts'
import type { Env } from '../../http/env.ts'
import { look } from './look.ts'

/** What a picture shows, and where. */
export function mountImageRecognition(app: Hono<Env>, deps: ApiDeps): void {
  app.post('/api/image-recognition/classify', c => look(deps, c, 'classify-image'))
  app.post('/api/image-recognition/detect', c => look(deps, c, 'detect-objects'))
}
