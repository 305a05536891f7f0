import { SliderField } from '../number-controls.tsx'
import type { ControlsProps } from '../panel.ts'
import { numberOf } from '../values.ts'

/** How sure the model has to be; narrows down what was found, without a new run. */
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
