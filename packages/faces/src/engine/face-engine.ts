import type { Bbox } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import type { z } from 'zod'
import type { Embedder, Expression, landmarks } from '../face-fields.ts'
import type { Pose } from './pose.ts'

export type Landmarks = z.infer<typeof landmarks>

/** A face as a detector finds it, in pixels of the picture. */
export interface FoundFace {
  bbox: Bbox
  score: number
  landmarks: Landmarks
  pose: Pose
  /** Where the detector has a mesh. */
  expression?: Expression
}

export interface FaceSearch {
  /** Least score, 0 to 1. */
  min_score: number
  max_faces: number
}

export interface EmbeddedFace {
  /** Of unit length, `embedder.dimensions` numbers. */
  vector: Float32Array<ArrayBuffer>
  /** As `live` gives it, where the family has such a model. */
  live: number | undefined
}

/** What a family brings; the tasks are built on it once for all families. */
export interface FaceEngine {
  readonly embedder: Embedder
  /** Least cosine at which two vectors of the embedder are taken for one person; undefined where nobody says. */
  readonly threshold: number | undefined
  /** Faces by falling score. */
  detect(picture: Picture, search: FaceSearch): Promise<FoundFace[]>
  /** Each face as the embedder sees it, in their order. */
  embed(picture: Picture, faces: readonly FoundFace[]): Promise<EmbeddedFace[]>
  /** How much each face looks like a living one, 0 to 1. */
  live?(picture: Picture, faces: readonly FoundFace[]): Promise<number[]>
  dispose(): Promise<void>
}
