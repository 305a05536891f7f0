import type { JsonObject } from '../json.ts'
import type { Consent, person, personFace, personLog } from '../schema.ts'

export type PersonRow = typeof person.$inferSelect
export type FaceRow = typeof personFace.$inferSelect
export type PersonLogRow = typeof personLog.$inferSelect

/** A face as lists show it: without its sealed bytes. */
export type FaceView = Omit<FaceRow, 'vector' | 'crop'> & { hasCrop: boolean }

/** A face that is ready to be kept: whatever shows it is sealed. */
export interface NewFace {
  id: string
  embedder: string
  embedderDigest: string
  dimensions: number
  vector: Uint8Array
  crop: Uint8Array | null
  quality: JsonObject
}

export interface NewPerson {
  id: string
  owner: string
  collection: string
  name: string
  consent: Consent
  expiresAt: Date | null
  faces: NewFace[]
}

/** What is written down about a change. Never a name, a vector or a picture: it outlives the person. */
export interface LogEntry {
  owner: string
  person?: string | undefined
  /** Id of the key that asked for it. */
  key?: string | undefined
  action: LogAction
  detail?: JsonObject
}

export const logActions = [
  'enrolled',
  'faces added',
  'face removed',
  'changed',
  'merged',
  're-enrolled',
  'exported',
  'erased',
  'expired',
  'threshold',
] as const
export type LogAction = (typeof logActions)[number]
