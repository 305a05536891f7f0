import type { Point } from '@hearth/contract'
import { type LookingPanel, numberOf, type Translate, textOf, type Values } from '@hearth/ui'
import type { Face } from './face-fields.ts'

/** What the panels of tasks that look for faces share. */
export const facePanel = {
  accepts: { field: 'image', media: 'image' },
  title: () => '',
  keeps: ['image'],
  missing: (values: Values) => (textOf(values, 'image') === '' ? 'need_image' : null),
  chips(values: Values, t: Translate): string[] {
    const least = numberOf(values, 'min_score')
    return least === undefined ? [] : [t('chip_confidence', { value: least.toFixed(2) })]
  },
} satisfies Partial<LookingPanel>

/** Eyes, nose and mouth, as far as they are known. */
export function pointsOf({ landmarks }: Face): Point[] {
  return Object.values(landmarks).filter(place => place !== undefined)
}

export function detailOf({ quality }: Face, t: Translate): string {
  return t('face_detail', { size: Math.round(quality.size), yaw: Math.round(quality.yaw) })
}
