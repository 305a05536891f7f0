import type { Hono } from 'hono'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import type { Env } from '../../http/env.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import { runPatiently } from '../run-patiently.ts'
import { faceIdOf } from './face-id.ts'
import { confidence, pixels } from './findings.ts'
import { readImageForm } from './given-image.ts'

const numbers = z.array(z.number())
const place = z.object({ bbox: numbers, score: z.number() })
const detected = z.object({
  faces: z.array(place.extend({ landmarks: z.object({ left_eye: numbers, right_eye: numbers }) })),
})
const recognised = z.object({
  faces: z.array(
    place.extend({
      person: z.object({ id: z.string(), name: z.string() }).nullable(),
      similarity: z.number().nullable(),
    }),
  ),
})

/** Faces, and whose they are. */
export function mountFaceRecognition(app: Hono<Env>, deps: ApiDeps): void {
  app.post('/api/face-recognition/detect', async c => {
    const caller = await admit(deps, c, 'status')
    const { image, model } = await readImageForm(c, bodyLimit(deps))
    const order = { task: 'detect-faces', input: { image }, model }
    const { faces } = detected.parse((await runPatiently(deps, caller, order, c.req.raw.signal)).output)
    return c.json({
      faces: faces.map(({ score, bbox, landmarks }, index) => ({
        // Only a number within this answer: who it is nobody has asked.
        face_id: `face_${String(index + 1).padStart(3, '0')}`,
        confidence: confidence(score),
        bbox: pixels(bbox),
        landmarks: { left_eye: pixels(landmarks.left_eye), right_eye: pixels(landmarks.right_eye) },
      })),
    })
  })

  app.post('/api/face-recognition/recognize', async c => {
    const caller = await admit(deps, c, 'status')
    const { image, model } = await readImageForm(c, bodyLimit(deps))
    const order = { task: 'recognise-faces', input: { image }, model }
    const { faces } = recognised.parse((await runPatiently(deps, caller, order, c.req.raw.signal)).output)
    return c.json({
      faces: faces.map(({ person, similarity, bbox }) => ({
        face_id: person && faceIdOf(person.id),
        name: person?.name ?? null,
        confidence: confidence(similarity ?? 0),
        bbox: pixels(bbox),
      })),
    })
  })
}
