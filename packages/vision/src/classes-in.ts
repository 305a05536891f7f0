import { numberOf, type Values } from '@hearth/ui'

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
