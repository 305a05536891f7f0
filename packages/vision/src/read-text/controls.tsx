import { type ControlsProps, numberOf, rangeOf, Stepper } from '@hearth/ui'
import { Confidence } from '@hearth/ui/seeing'

export function ReadingControls(props: ControlsProps) {
  const { values, defaults, change, fields, t } = props
  return (
    <>
      <Confidence {...props} />
      <Stepper
        label={t('max_side')}
        value={numberOf({ ...defaults, ...values }, 'max_side') ?? 960}
        onChange={next => change({ max_side: next })}
        {...rangeOf(fields, 'max_side')}
        step={160}
      />
    </>
  )
}
