import type { Hono } from 'hono'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import type { Env } from '../../http/env.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import { runPatiently } from '../run-patiently.ts'
import { confidence, pixels } from './findings.ts'
import { readImageForm } from './given-image.ts'

const found = z.object({ label: z.string(), score: z.number() })
const classified = z.object({ classes: z.array(found) })
const detected = z.object({
  objects: z.array(found.extend({ bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]) })),
})

/** What a picture shows, and where. */
export function mountImageRecognition(app: Hono<Env>, deps: ApiDeps): void {
  app.post('/api/image-recognition/classify', async c => {
    const caller = await admit(deps, c, 'status')
    const { image, model } = await readImageForm(c, bodyLimit(deps))
    const order = { task: 'classify-image', input: { image }, model }
    const { classes } = classified.parse((await runPatiently(deps, caller, order, c.req.raw.signal)).output)
    const sorted = classes.toSorted((a, b) => b.score - a.score)
    return c.json({ classifications: sorted.map(({ label, score }) => ({ label, confidence: confidence(score) })) })
  })

  app.post('/api/image-recognition/detect', async c => {
    const caller = await admit(deps, c, 'status')
    const { image, model } = await readImageForm(c, bodyLimit(deps))
    const order = { task: 'detect-objects', input: { image }, model }
    const { objects } = detected.parse((await runPatiently(deps, caller, order, c.req.raw.signal)).output)
    return c.json({
      detections: objects.map(({ label, score, bbox }) => ({
        label,
        confidence: confidence(score),
        bbox: pixels(bbox),
      })),
    })
  })
}
