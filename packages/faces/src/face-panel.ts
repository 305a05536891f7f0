import type { Point } from '@hearth/contract'
import { type LookingPanel, numberOf, type Translate } from '@hearth/ui'
import type { Finding } from '@hearth/ui/seeing'
import type { Face } from './face-fields.ts'

/** How a panel looks for faces: those sure enough are shown, each as `tell` says. */
export function lookForFaces<Found extends Face>(
  tell: (face: Found, t: Translate) => Omit<Finding, 'bbox'>,
): LookingPanel['look'] {
  return {
    field: 'image',
    camera: true,
    wide: { min_score: 0.1 },
    sight(output, values, t) {
      const { width, height, faces } = output as { width: number; height: number; faces: Found[] }
      const least = numberOf(values, 'min_score') ?? 0
      const sure = faces.filter(face => face.score >= least)
      return { width, height, findings: sure.map(face => ({ bbox: face.bbox, ...tell(face, t) })) }
    },
  }
}

/** Eyes, nose and mouth, as far as they are known. */
export function pointsOf({ landmarks }: Face): Point[] {
  return Object.values(landmarks).filter(place => place !== undefined)
}

export function detailOf({ quality }: Face, t: Translate): string {
  return t('face_detail', { size: Math.round(quality.size), yaw: Math.round(quality.yaw) })
}
