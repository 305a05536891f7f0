import type { LookingPanel, Translate, Values } from '../panel.ts'
import { numberOf, textOf } from '../values.ts'

/** What the panels of all tasks that look at one picture share. Its texts are among `lookingMessages`. */
export const lookingPanel = {
  accepts: { field: 'image', media: 'image' },
  title: () => '',
  keeps: ['image'],
  missing: (values: Values) => (textOf(values, 'image') === '' ? 'need_image' : null),
  chips(values: Values, t: Translate): string[] {
    const least = numberOf(values, 'min_score')
    return least === undefined ? [] : [t('chip_confidence', { value: least.toFixed(2) })]
  },
} satisfies Partial<LookingPanel>

/** Texts that the panels of looking share. */
const en = {
  image: 'Picture',
  need_image: 'Drop, paste or choose a picture.',
  confidence: 'Confidence at least',
  chip_confidence: 'at least {value}',
}
const zh: typeof en = {
  image: '图片',
  need_image: '请拖入、粘贴或选择一张图片。',
  confidence: '最低置信度',
  chip_confidence: '不低于 {value}',
}
export const lookingMessages = { en, zh }
