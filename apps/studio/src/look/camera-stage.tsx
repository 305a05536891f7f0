import { Button, type LookingPanel, ProblemNote, SelectField, type Values } from '@hearth/ui'
import {
  CameraNotice,
  createFrameGrabber,
  type LiveListener,
  type LiveView,
  useCamera,
  useLive,
  useVideo,
} from '@hearth/ui/seeing'
import { Aperture } from 'lucide-react'
import { useEffect, useMemo, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { useStored } from '../settings/stored.ts'
import { openLiveChannel } from './live-channel.ts'
import type { Shown } from './look-bench.tsx'
import { LiveFigures, SightFrame } from './sight-frame.tsx'
import { settingsSent } from './use-look.ts'

export interface CameraStageProps {
  panel: LookingPanel
  model: string
  values: Values
  shown: Shown
  onOutput(output: unknown): void
  /** Keeps what the camera sees now as a picture. */
  onTake(picture: Blob): Promise<void>
}

/** The camera, looked at frame by frame. What is drawn is the frame that the boxes are about. */
export function CameraStage({ panel, model, values, shown, onOutput, onTake }: CameraStageProps) {
  const t = useTranslations('look')
  const [preferred, setPreferred] = useStored('camera', '')
  const camera = useCamera(true, preferred)
  const video = useVideo(camera.stream)
  const canvas = useRef<HTMLCanvasElement>(null)
  const { [panel.look.field]: _, ...own } = settingsSent(panel.look.wide, values)
  const options = JSON.stringify(own)
  const open = useMemo(
    () =>
      camera.state === 'on'
        ? (listener: LiveListener) => openLiveChannel(panel.task, model, JSON.parse(options) as object, listener)
        : null,
    [camera.state, panel.task, model, options],
  )
  const live = useLive({ video, canvas, open })
  const { answer } = live
  useEffect(() => {
    onOutput(answer?.output ?? null)
  }, [answer, onOutput])
  const take = async () => {
    if (!video.current) return
    const frame = await createFrameGrabber().grab(video.current, 4096)
    if (frame) await onTake(new File([frame.bytes], 'camera.jpg', { type: 'image/jpeg' }))
  }
  const settings = camera.stream?.getVideoTracks()[0]?.getSettings()
  return (
    <div className="relative grid min-h-0 grid-rows-[1fr_auto] overflow-hidden bg-canvas">
      <div className="grid min-h-0 place-items-center p-7 [container-type:size] max-md:p-3">
        {camera.state === 'on' ? (
          <SightFrame
            size={{ width: settings?.width ?? 16, height: settings?.height ?? 9 }}
            shown={shown}
            bare={panel.look.bare ?? false}
          >
            <video ref={video} muted playsInline autoPlay className="absolute inset-0 size-full" />
            <canvas ref={canvas} className={answer ? 'absolute inset-0 size-full' : 'hidden'} aria-hidden />
          </SightFrame>
        ) : (
          <CameraNotice camera={camera} />
        )}
      </div>
      {live.problem ? (
        <div className="absolute inset-x-4 top-4 mx-auto max-w-[520px] rounded-10 bg-raised shadow-card">
          <ProblemNote problem={live.problem} />
        </div>
      ) : null}
      {camera.state === 'on' ? (
        <div className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-2 border-t border-line bg-ground px-4 py-2">
          <Figures live={live} />
          <span className="flex-1" />
          {camera.cameras.length > 1 ? (
            <div className="w-56">
              <SelectField
                label={t('which_camera')}
                value={camera.chosen}
                onChange={id => {
                  setPreferred(id)
                  camera.choose(id)
                }}
                options={camera.cameras.map(({ id, label }) => ({
                  value: id,
                  label: /^\d+$/.test(label) ? t('camera_number', { n: label }) : label,
                }))}
              />
            </div>
          ) : null}
          <Button onClick={() => void take()}>
            <Aperture size={16} aria-hidden />
            {t('take')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}

/** How it goes, once it goes. */
function Figures({ live }: { live: LiveView }) {
  const t = useTranslations('look')
  if (live.state !== 'live' || !live.answer) {
    return (
      <p className="text-12 text-muted" role="status">
        {live.state === 'lost' ? t('live_lost') : t('live_connecting')}
      </p>
    )
  }
  return <LiveFigures fps={live.fps} delay={live.delay} dropped={live.answer.dropped} />
}
