import type { Point } from '@hearth/contract'
import { floatData, type OnnxSession } from '@hearth/runtime/onnx'
import { type Point3, type Pose, poseOfAxes } from '../../engine/pose.ts'
import type { Scratch } from '../../engine/scratch.ts'
import type { Expression } from '../../face-fields.ts'
import { cropBox, cutFace } from './face-crop.ts'
import type { View } from './upright-view.ts'

const input = 192
const points = 468
/** Faces computed in one run, so that a crowd does not need memory without bounds. */
const batch = 8

/** Numbers of points of MediaPipe's face mesh; left and right as the viewer sees them. */
const mesh = {
  leftEye: {
    corners: [33, 133],
    lids: [
      [159, 145],
      [158, 153],
      [160, 144],
    ],
  },
  rightEye: {
    corners: [362, 263],
    lids: [
      [386, 374],
      [385, 380],
      [387, 373],
    ],
  },
  mouth: {
    corners: [78, 308],
    lids: [
      [13, 14],
      [81, 178],
      [311, 402],
    ],
  },
  nose: 4,
  mouthLeft: 61,
  mouthRight: 291,
  sideLeft: 234,
  sideRight: 454,
  top: 10,
  chin: 152,
} as const

/** 468 points in pixels of the picture, z away from the viewer in the same unit, and how sure it is that this is a face. */
export interface Mesh {
  confidence: number
  at(point: number): Point3
}

/** Meshes of the faces in these views. */
export async function faceMeshes(session: OnnxSession, views: readonly View[], scratch: Scratch): Promise<Mesh[]> {
  const meshes: Mesh[] = []
  for (let start = 0; start < views.length; start += batch) {
    const some = views.slice(start, start + batch)
    const result = await scratch.lend(some.length * input * input * 3, data => {
      for (const [index, { picture, bbox }] of some.entries()) {
        cutFace(picture, bbox, input, data, index * input * input * 3, 1 / 255)
      }
      return session.run({ image: { type: 'float32', data, dims: [some.length, input, input, 3] } })
    })
    const places = result.mesh ? floatData(result.mesh) : new Float32Array()
    const confidences = result.confidence ? floatData(result.confidence) : new Float32Array()
    for (const [index, view] of some.entries()) {
      meshes.push(placed(places.subarray(3 * points * index, 3 * points * (index + 1)), view, confidences[index] ?? 0))
    }
  }
  return meshes
}

function placed(places: Float32Array, { bbox, back }: View, confidence: number): Mesh {
  const [x, y, right] = cropBox(bbox)
  const scale = (right - x) / input
  return {
    confidence,
    at: point =>
      back([
        x + (places[3 * point] ?? 0) * scale,
        y + (places[3 * point + 1] ?? 0) * scale,
        (places[3 * point + 2] ?? 0) * scale,
      ]),
  }
}

const flat = ([x, y]: Point3): Point => [x, y]
const minus = (a: Point3, b: Point3): Point3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
const between = (a: Point3, b: Point3): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]

/** The landmarks that the mesh knows better than the detector. */
export function meshLandmarks({ at }: Mesh) {
  return {
    left_eye: between(at(mesh.leftEye.corners[0]), at(mesh.leftEye.corners[1])),
    right_eye: between(at(mesh.rightEye.corners[0]), at(mesh.rightEye.corners[1])),
    nose: flat(at(mesh.nose)),
    mouth: between(at(mesh.mouth.corners[0]), at(mesh.mouth.corners[1])),
    mouth_left: flat(at(mesh.mouthLeft)),
    mouth_right: flat(at(mesh.mouthRight)),
  }
}

/** From ear to ear and from forehead to chin. */
export function meshPose({ at }: Mesh): Pose {
  return poseOfAxes(minus(at(mesh.sideRight), at(mesh.sideLeft)), minus(at(mesh.chin), at(mesh.top)))
}

interface Opening {
  corners: readonly [number, number]
  lids: readonly (readonly [number, number])[]
}

/** Height by width, measured in depth too, so that a turned head does not look like a shut eye. */
function opening({ at }: Mesh, { corners, lids }: Opening): number {
  const distance = (a: number, b: number) => Math.hypot(...minus(at(a), at(b)))
  const height = lids.reduce((sum, [upper, lower]) => sum + distance(upper, lower), 0) / lids.length
  return height / distance(corners[0], corners[1])
}

export function meshExpression(found: Mesh): Expression {
  return {
    left_eye_open: opening(found, mesh.leftEye),
    right_eye_open: opening(found, mesh.rightEye),
    mouth_open: opening(found, mesh.mouth),
  }
}
