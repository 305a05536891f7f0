import type { ControlsProps } from '@hearth/ui'
import { Confidence } from '@hearth/ui/seeing'
import { OnlyLabels } from '../seeing-controls.tsx'

export function DetectControls(props: ControlsProps) {
  return (
    <>
      <Confidence {...props} />
      <OnlyLabels {...props} />
    </>
  )
}
