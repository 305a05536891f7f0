import type { ErrorReport } from '@hearth/contract'
import { Button, boxClass, classNames, Field, IconButton, useFileDrop } from '@hearth/ui'
import { Film, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { mediaDesk } from '../api/media.ts'
import { TextField } from '../frame/text-field.tsx'
import { useReport } from '../frame/use-report.ts'
import { isVideo } from './cameras-api.ts'

/** The address of a stream, or a video: chosen, or dropped here. */
export function SourceField(props: {
  value: string
  onChange(source: string): void
  problem: string | null
  /** Below an address. */
  note: string
}) {
  const t = useTranslations('cameras')
  const reportOf = useReport()
  const chooser = useRef<HTMLInputElement>(null)
  const [stored, setStored] = useState<string | null>(null)
  const [storing, setStoring] = useState(false)
  const [refused, setRefused] = useState<Pick<ErrorReport, 'message'> | null>(null)
  const take = async (file: File | undefined) => {
    if (!file) return
    setRefused(null)
    if (!file.type.startsWith('video/')) {
      setRefused({ message: t('not_a_video') })
      return
    }
    setStoring(true)
    try {
      props.onChange(await mediaDesk.store(file))
      setStored(file.name)
    } catch (thrown) {
      setRefused(reportOf(thrown))
    } finally {
      setStoring(false)
    }
  }
  const { over, drag } = useFileDrop(({ files }) => void take(files[0]))
  const problem = refused?.message ?? props.problem
  return (
    <section
      aria-label={t('source')}
      {...drag}
      className={classNames('grid gap-2 rounded-8', over ? 'bg-ember-soft ring-3 ring-ember-soft' : '')}
    >
      {isVideo(props.value) ? (
        <Field label={t('source')} problem={problem}>
          {({ control, described }) => (
            <div className={classNames(boxClass, 'flex h-9 items-center gap-2.5 pr-1 pl-3')}>
              <Film size={16} className="shrink-0 text-muted" aria-hidden />
              <span className="min-w-0 flex-1 truncate text-bright">{stored ?? t('stored_video')}</span>
              <IconButton
                small
                id={control}
                aria-describedby={described}
                label={t('remove_video')}
                onClick={() => props.onChange('')}
              >
                <X size={14} aria-hidden />
              </IconButton>
            </div>
          )}
        </Field>
      ) : (
        <TextField
          label={t('source')}
          hint="rtsp://user:password@192.168.1.20:554/stream1"
          value={props.value}
          onChange={source => {
            setRefused(null)
            props.onChange(source)
          }}
          problem={problem}
        />
      )}
      <div className="flex items-start gap-3">
        <p className="min-w-0 flex-1 text-12 text-muted">{isVideo(props.value) ? null : props.note}</p>
        <input
          ref={chooser}
          type="file"
          accept="video/*"
          tabIndex={-1}
          aria-label={t('choose_video')}
          className="sr-only"
          onChange={event => {
            void take(event.target.files?.[0])
            event.target.value = ''
          }}
        />
        <Button size="small" disabled={storing} onClick={() => chooser.current?.click()}>
          <Film size={14} aria-hidden />
          {storing ? t('storing') : t('choose_video')}
        </Button>
      </div>
    </section>
  )
}
