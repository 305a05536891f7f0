import { type LookingPanel, numberOf, type Translate, textOf, type Values } from '@hearth/ui'

/** What the panels of all tasks that look at one picture share. */
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

/** Classes without a place, narrowed to what the values ask for. */
export function classesIn(
  output: { width: number; height: number; classes: readonly { label: string; score: number }[] },
  values: Values,
) {
  const least = numberOf(values, 'min_score') ?? 0
  const most = numberOf(values, 'top_k') ?? output.classes.length
  const findings = output.classes.filter(found => found.score >= least).slice(0, most)
  return { width: output.width, height: output.height, findings }
}
