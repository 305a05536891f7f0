import { ImagePlus, RefreshCw, X } from 'lucide-react'
import { type ReactNode, useId, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { IconButton } from './button.tsx'
import { classNames } from './class-names.ts'
import type { MediaDesk } from './panel.ts'
import { ProblemNote } from './signs.tsx'
import { useFileDrop } from './use-file-drop.ts'
import { useMediaStore } from './use-media-store.ts'

const isPicture = (file: File) => file.type.startsWith('image/')

/** The first picture among dropped or pasted things. */
export function pictureOf(transfer: DataTransfer | null): File | undefined {
  return [...(transfer?.files ?? [])].find(isPicture)
}

export interface PictureInputProps {
  label: string
  /** Reference of the picture; null when there is none yet. */
  value: string | null
  onChange(reference: string | null): void
  media: MediaDesk
  problem?: string | null
  /** Drawn over the picture, such as a mask. */
  overlay?: ReactNode
}

/** A picture among a task's inputs: dropped, pasted (the page listens) or chosen. */
export function PictureInput({ label, value, onChange, media, problem, overlay }: PictureInputProps) {
  const t = useTranslations('ui')
  const id = useId()
  const chooser = useRef<HTMLInputElement>(null)
  const { storing, refused, take } = useMediaStore({
    media,
    accepts: isPicture,
    refusal: t('not_a_picture'),
    onChange,
  })
  const { over, drag } = useFileDrop(transfer => void take(pictureOf(transfer) ?? transfer.files[0]))
  return (
    <div>
      <div className="mb-1.5 flex items-center justify-between text-12 text-muted">
        <label htmlFor={id}>{label}</label>
      </div>
      <input
        ref={chooser}
        id={id}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        className="sr-only"
        onChange={event => {
          void take(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      <div
        {...drag}
        className={classNames(
          'relative overflow-hidden rounded-8 border bg-ground transition-colors',
          over ? 'border-ember bg-ember-soft' : 'border-line',
          value ? '' : 'border-dashed',
        )}
      >
        {value ? (
          <>
            <div className="flex h-[168px] justify-center">
              <div className="relative h-full max-w-full">
                <img src={media.address(value)} alt={t('input_picture')} className="h-full max-w-full object-contain" />
                {overlay}
              </div>
            </div>
            <div className="absolute top-1.5 right-1.5 flex gap-1">
              <IconButton
                small
                label={t('replace_picture')}
                tone="overlay"
                className="bg-overlay"
                onClick={() => chooser.current?.click()}
              >
                <RefreshCw size={14} aria-hidden />
              </IconButton>
              <IconButton
                small
                label={t('remove_picture')}
                tone="overlay"
                className="bg-overlay"
                onClick={() => onChange(null)}
              >
                <X size={14} aria-hidden />
              </IconButton>
            </div>
          </>
        ) : (
          <button
            type="button"
            onClick={() => chooser.current?.click()}
            className="grid h-[112px] w-full place-items-center rounded-8 px-4 text-13 text-muted hover:text-ink"
          >
            <span className="grid justify-items-center gap-2">
              <ImagePlus size={20} aria-hidden />
              {storing ? t('storing') : t('choose_picture')}
            </span>
          </button>
        )}
      </div>
      {problem ? <p className="mt-1.5 text-12 text-bad">{problem}</p> : null}
      {refused ? <ProblemNote problem={refused} className="mt-2" /> : null}
    </div>
  )
}
