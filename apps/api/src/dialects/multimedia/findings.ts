import { z } from 'zod'
import { faceIdOf } from './face-id.ts'

const numbers = z.array(z.number())
const place = z.object({ bbox: numbers, score: z.number() })
const named = z.object({ label: z.string(), score: z.number() })
const classified = z.object({ classes: z.array(named) })
const detected = z.object({ objects: z.array(named.extend({ bbox: numbers })) })
const withFaces = z.object({
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

/** What tasks find, by task, as this dialect tells it: confidences to four places, positions in whole pixels. */
export const findings = {
  'classify-image': (output: unknown) => ({
    classifications: classified
      .parse(output)
      .classes.toSorted((a, b) => b.score - a.score)
      .map(({ label, score }) => ({ label, confidence: confidence(score) })),
  }),
  'detect-objects': (output: unknown) => ({
    detections: detected.parse(output).objects.map(({ label, score, bbox }) => ({
      label,
      confidence: confidence(score),
      bbox: pixels(bbox),
    })),
  }),
  'detect-faces': (output: unknown) => ({
    faces: withFaces.parse(output).faces.map(({ score, bbox, landmarks }, index) => ({
      // Only a number within this answer: who it is nobody has asked.
      face_id: `face_${String(index + 1).padStart(3, '0')}`,
      confidence: confidence(score),
      bbox: pixels(bbox),
      landmarks: { left_eye: pixels(landmarks.left_eye), right_eye: pixels(landmarks.right_eye) },
    })),
  }),
  'recognise-faces': (output: unknown) => ({
    faces: recognised.parse(output).faces.map(({ person, similarity, bbox }) => ({
      face_id: person && faceIdOf(person.id),
      name: person?.name ?? null,
      confidence: confidence(similarity ?? 0),
      bbox: pixels(bbox),
    })),
  }),
} satisfies Record<string, (output: unknown) => object>

/** What a task of this dialect found; nothing for other tasks. */
export function findingsOf(task: string, output: unknown): object {
  return Object.entries(findings).find(([id]) => id === task)?.[1](output) ?? {}
}

function confidence(score: number): number {
  return Math.round(Math.min(1, Math.max(0, score)) * 1e4) / 1e4
}

function pixels(positions: readonly number[]): number[] {
  return positions.map(value => Math.round(value))
}
