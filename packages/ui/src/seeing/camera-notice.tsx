import {
  Camera as CameraIcon,
  CameraOff,
  LockKeyhole,
  type LucideIcon,
  RefreshCw,
  Unplug,
  VideoOff,
} from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Button } from '../button.tsx'
import { Nothing } from '../signs.tsx'
import type { Camera, CameraState } from './use-camera.ts'

const icons: Record<CameraState, LucideIcon> = {
  starting: CameraIcon,
  on: CameraIcon,
  denied: CameraOff,
  none: VideoOff,
  busy: VideoOff,
  insecure: LockKeyhole,
  lost: Unplug,
}

/** Why the camera shows nothing, and the next step. */
export function CameraNotice({ camera }: { camera: Pick<Camera, 'state' | 'retry'> }) {
  const t = useTranslations('ui')
  const { state, retry } = camera
  if (state === 'on') return null
  return (
    <div role={state === 'starting' ? undefined : 'alert'}>
      <Nothing
        icon={icons[state]}
        title={t(`camera_${state}`)}
        text={t(`camera_${state}_text`)}
        action={
          state === 'starting' || state === 'insecure' ? null : (
            <Button onClick={retry}>
              <RefreshCw size={16} aria-hidden />
              {t('camera_retry')}
            </Button>
          )
        }
      />
    </div>
  )
}
