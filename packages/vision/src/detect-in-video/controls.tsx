import { type ErrorReport, toAppError } from '@hearth/contract'
import {
  Button,
  type ControlsProps,
  IconButton,
  numberOf,
  ProblemNote,
  problemOf,
  rangeOf,
  Stepper,
  textOf,
} from '@hearth/ui'
import { Confidence } from '@hearth/ui/seeing'
import { Film, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { OnlyLabels } from '../seeing-controls.tsx'

/** A video, chosen or dropped. */
export function VideoLead({ values, change, media, problem, t }: ControlsProps) {
  const chooser = useRef<HTMLInputElement>(null)
  const [storing, setStoring] = useState(false)
  const [refused, setRefused] = useState<ErrorReport | null>(null)
  const video = textOf(values, 'video')
  const take = async (file: File | undefined) => {
    if (!file) return
    setRefused(null)
    setStoring(true)
    try {
      change({ video: await media.store(file) })
    } catch (thrown) {
      setRefused(toAppError(thrown).report())
    } finally {
      setStoring(false)
    }
  }
  return (
    <section
      aria-label={t('video')}
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        event.preventDefault()
        event.stopPropagation()
        void take([...event.dataTransfer.files].find(file => file.type.startsWith('video/')))
      }}
    >
      <p className="mb-1.5 text-12 text-muted">{t('video')}</p>
      <input
        ref={chooser}
        type="file"
        accept="video/*"
        aria-label={t('choose_video')}
        className="sr-only"
        onChange={event => void take(event.target.files?.[0])}
      />
      {video ? (
        <div className="relative overflow-hidden rounded-8 border border-line bg-ground">
          {/* biome-ignore lint/a11y/useMediaCaption: what somebody brings has none */}
          <video src={media.address(video)} controls className="h-[168px] w-full" />
          <IconButton
            small
            tone="overlay"
            label={t('remove_video')}
            className="absolute top-1.5 right-1.5 bg-overlay"
            onClick={() => change({ video: undefined })}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      ) : (
        <Button
          className="h-[112px] w-full flex-col border-dashed"
          disabled={storing}
          onClick={() => chooser.current?.click()}
        >
          <Film size={20} aria-hidden />
          {storing ? t('storing') : t('choose_video')}
        </Button>
      )}
      {problemOf(problem, 'video') ? <p className="mt-1.5 text-12 text-bad">{problemOf(problem, 'video')}</p> : null}
      {refused ? <ProblemNote problem={refused} className="mt-2" /> : null}
    </section>
  )
}

export function VideoControls(props: ControlsProps) {
  const { values, defaults, change, fields, t } = props
  return (
    <>
      <Confidence {...props} />
      <Stepper
        label={t('fps')}
        value={numberOf({ ...defaults, ...values }, 'fps') ?? 5}
        onChange={fps => change({ fps })}
        {...rangeOf(fields, 'fps')}
        step={1}
      />
      <OnlyLabels {...props} />
    </>
  )
}
