import { Button } from '@hearth/ui'
import { CameraNotice, createFrameGrabber, useCamera, useVideo } from '@hearth/ui/seeing'
import { Aperture, Camera, ImagePlus } from 'lucide-react'
import { useRef } from 'react'
import { useTranslations } from 'use-intl'

/** The two ways that pictures come in. */
export function PictureButtons(props: {
  /** Whether several may be chosen at once. */
  multiple?: boolean
  onFiles(files: readonly File[]): void
  onCamera(): void
}) {
  const t = useTranslations('people')
  const chooser = useRef<HTMLInputElement>(null)
  return (
    <div className="flex justify-center gap-2">
      <Button onClick={() => chooser.current?.click()}>
        <ImagePlus size={16} aria-hidden />
        {t('from_files')}
      </Button>
      <Button onClick={props.onCamera}>
        <Camera size={16} aria-hidden />
        {t('from_camera')}
      </Button>
      <input
        ref={chooser}
        type="file"
        accept="image/*"
        multiple={props.multiple}
        tabIndex={-1}
        aria-label={t('from_files')}
        className="sr-only"
        onChange={event => {
          props.onFiles([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
    </div>
  )
}

/** The camera, until enough pictures are taken. */
export function CameraBooth({ onTake, onDone }: { onTake(picture: File): void; onDone(): void }) {
  const t = useTranslations('people')
  const camera = useCamera(true)
  const video = useVideo(camera.stream)
  const take = async () => {
    if (!video.current) return
    const frame = await createFrameGrabber().grab(video.current, 1920)
    if (frame) onTake(new File([frame.bytes], 'camera.jpg', { type: 'image/jpeg' }))
  }
  return (
    <div className="grid gap-2">
      {camera.state === 'on' ? (
        <video ref={video} muted playsInline autoPlay className="w-full -scale-x-100 rounded-10 bg-canvas" />
      ) : (
        <CameraNotice camera={camera} />
      )}
      <div className="flex gap-2">
        <Button className="flex-1" disabled={camera.state !== 'on'} onClick={() => void take()}>
          <Aperture size={16} aria-hidden />
          {t('take')}
        </Button>
        <Button look="quiet" onClick={onDone}>
          {t('camera_done')}
        </Button>
      </div>
    </div>
  )
}
