import type { OnnxSession } from '@hearth/runtime/onnx'
import type { FaceEngine, FoundFace, Landmarks } from '../../engine/face-engine.ts'
import { poseOfPoints } from '../../engine/pose.ts'
import type { Embedder } from '../../face-fields.ts'
import type { Detected, Detector } from './detector.ts'
import type { FaceEmbedder } from './embedder.ts'

/** A detector with five points and an embedder for faces aligned by them. */
export function insightEngine(
  detect: Detector,
  faceEmbedder: FaceEmbedder,
  { embedder, threshold, sessions }: { embedder: Embedder; threshold: number | undefined; sessions: OnnxSession[] },
): FaceEngine {
  return {
    embedder,
    threshold,
    detect: async (picture, search) => (await detect(picture, search)).flatMap(asFace),
    async embed(picture, faces) {
      const points = faces.map(({ landmarks }) => fivePoints(landmarks))
      return (await faceEmbedder.embed(picture, points)).map(vector => ({ vector, live: undefined }))
    },
    async dispose() {
      for (const session of sessions) await session.dispose()
    },
  }
}

function asFace({ bbox, score, points }: Detected): FoundFace[] {
  const [left_eye, right_eye, nose, mouth_left, mouth_right] = points
  if (!left_eye || !right_eye || !nose || !mouth_left || !mouth_right) return []
  const landmarks = { left_eye, right_eye, nose, mouth_left, mouth_right }
  return [{ bbox, score: Math.min(1, score), landmarks, pose: poseOfPoints(points) }]
}

function fivePoints({ left_eye, right_eye, nose, mouth_left = nose, mouth_right = nose }: Landmarks) {
  return [left_eye, right_eye, nose, mouth_left, mouth_right]
}
