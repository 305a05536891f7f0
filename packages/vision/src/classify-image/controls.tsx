import { type ControlsProps, numberOf, Stepper } from '@hearth/ui'
import { Confidence } from '@hearth/ui/seeing'

export function ClassifyControls(props: ControlsProps) {
  const { values, defaults, change, t } = props
  return (
    <>
      <Confidence {...props} />
      <Stepper
        label={t('top_k')}
        value={numberOf({ ...defaults, ...values }, 'top_k') ?? 5}
        onChange={next => change({ top_k: next })}
        min={1}
        max={20}
        step={1}
      />
    </>
  )
}
