import { type ControlsProps, numberOf, SliderField } from '@hearth/ui'

/** How sure it has to be that it is a face; narrows down without a new run. */
export function Confidence({ values, defaults, change, t }: ControlsProps) {
  return (
    <SliderField
      label={t('confidence')}
      value={numberOf({ ...defaults, ...values }, 'min_score') ?? 0}
      onChange={value => change({ min_score: value })}
      min={0}
      max={1}
      step={0.01}
      digits={2}
    />
  )
}
