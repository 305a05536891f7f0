import { score } from '@hearth/contract'
import type { people } from '@hearth/store'
import { z } from 'zod'
import { quality } from '../face-fields.ts'
import { remark } from './remark.ts'

export const consentView = z.object({
  given_by: z.string(),
  given_at: z.iso.datetime(),
  purpose: z.string(),
  text_version: z.string(),
  text_digest: z.string().nullable(),
})

export const faceView = z.object({
  id: z.string(),
  embedder: z.object({ id: z.string(), digest: z.string(), dimensions: z.int() }),
  quality,
  /** Whether a small picture of the face is kept. */
  crop: z.boolean(),
  created_at: z.iso.datetime(),
})

export const personView = z.object({
  id: z.string(),
  name: z.string(),
  collection: z.string(),
  consent: consentView,
  expires_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  faces: z.array(faceView),
  /** No face of the embedder that is in use (or was asked about); null where none is installed. */
  needs_re_enrolment: z.boolean().nullable(),
})
export type PersonView = z.infer<typeof personView>

export const accepted = z.object({
  /** Number of the picture, from 0. */
  image: z.int(),
  face: z.string().meta({ description: 'Id of the face.' }),
  quality,
  warnings: z.array(remark),
})
export const refused = z.object({ image: z.int(), reasons: z.array(remark) })
export type Accepted = z.infer<typeof accepted>
export type Refused = z.infer<typeof refused>

export const enrolment = z.object({
  person: personView.nullable().meta({ description: 'Null: no picture was good enough.' }),
  accepted: z.array(accepted),
  refused: z.array(refused),
})
export type Enrolment = z.infer<typeof enrolment>

export const collectionView = z.object({
  name: z.string(),
  threshold: score.nullable().meta({ description: 'Null: that of the embedder.' }),
  people: z.int(),
  faces: z.int(),
  created_at: z.iso.datetime(),
})

export const logView = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  person: z.string().nullable(),
  key: z.string().nullable().meta({ description: 'Id of the key that asked for it.' }),
  action: z.string(),
  detail: z.record(z.string(), z.json()),
  key_destroyed_at: z.iso.datetime().nullable(),
})

export const personExport = z.object({
  exported_at: z.iso.datetime(),
  person: personView,
  faces: z.array(
    faceView.extend({
      vector: z.array(z.number()).nullable().meta({ description: 'Null: its key is gone.' }),
      crop_image: z.string().nullable().meta({ description: 'Data URL.' }),
    }),
  ),
  log: z.array(logView),
  attendance: z
    .array(
      z.object({ at: z.iso.datetime(), kiosk: z.string().nullable(), challenged: z.boolean(), similarity: z.number() }),
    )
    .meta({ description: 'When a kiosk let them in, the latest first.' }),
})
export type PersonExport = z.infer<typeof personExport>

/** Which vectors count as current; where the digest of the weights is not known, those of the embedder's name. */
export interface CurrentEmbedder {
  id: string
  digest?: string | undefined
}

export function viewFace(row: people.FaceView): z.infer<typeof faceView> {
  return {
    id: row.id,
    embedder: { id: row.embedder, digest: row.embedderDigest, dimensions: row.dimensions },
    quality: quality.parse(row.quality),
    crop: row.hasCrop,
    created_at: row.createdAt.toISOString(),
  }
}

export function viewPerson(
  row: people.PersonRow,
  faces: readonly people.FaceView[],
  current: CurrentEmbedder | undefined,
): PersonView {
  const isCurrent = (face: people.FaceView) =>
    face.embedder === current?.id && (current.digest === undefined || face.embedderDigest === current.digest)
  return {
    id: row.id,
    name: row.name,
    collection: row.collection,
    consent: row.consent,
    expires_at: row.expiresAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
    faces: faces.map(viewFace),
    needs_re_enrolment: current === undefined ? null : !faces.some(isCurrent),
  }
}

export function viewLog(row: people.PersonLogRow): z.infer<typeof logView> {
  return {
    id: row.id,
    at: row.at.toISOString(),
    person: row.person,
    key: row.key,
    action: row.action,
    detail: row.detail,
    key_destroyed_at: row.keyDestroyedAt?.toISOString() ?? null,
  }
}

export function viewCollection(row: people.CollectionRow): z.infer<typeof collectionView> {
  const { name, threshold, people, faces, createdAt } = row
  return { name, threshold, people, faces, created_at: createdAt.toISOString() }
}
