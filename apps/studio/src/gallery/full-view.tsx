import { Dialog } from '@base-ui/react/dialog'
import { IconButton } from '@hearth/ui'
import { PictureViewer } from '@hearth/ui/picture-viewer'
import { ChevronLeft, ChevronRight, X } from 'lucide-react'
import { useRef } from 'react'
import { useTranslations } from 'use-intl'
import { useNaming } from '../frame/panels.tsx'
import type { Picture } from './pictures.ts'

export interface FullViewProps {
  picture: Picture
  previous: Picture | undefined
  next: Picture | undefined
  onSelect(picture: Picture): void
  onClose(): void
}

/** One picture and nothing else. */
export function FullView({ picture, previous, next, onSelect, onClose }: FullViewProps) {
  const t = useTranslations('gallery')
  const { title } = useNaming()(picture.job)
  const { file } = picture
  const popup = useRef<HTMLDivElement>(null)
  const side = 'absolute top-1/2 -translate-y-1/2 bg-overlay size-10'
  return (
    <Dialog.Root open onOpenChange={open => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Popup
          ref={popup}
          initialFocus={popup}
          className="fixed inset-0 z-50 grid grid-rows-[52px_1fr] bg-canvas outline-none"
        >
          <div className="flex items-center gap-3 px-4">
            <Dialog.Title className="flex-1 truncate text-14 font-strong text-bright">{title}</Dialog.Title>
            <IconButton label={t('close')} onClick={onClose}>
              <X size={18} aria-hidden />
            </IconButton>
          </div>
          <div className="relative min-h-0 px-4 pb-4 max-sm:px-0">
            <PictureViewer
              key={file.url}
              source={file.url}
              thumbnail={`${file.url}?size=256`}
              alt={title}
              width={file.width}
              height={file.height}
            />
            {previous ? (
              <IconButton
                label={t('previous')}
                tone="overlay"
                className={`${side} left-5`}
                onClick={() => onSelect(previous)}
              >
                <ChevronLeft size={20} aria-hidden />
              </IconButton>
            ) : null}
            {next ? (
              <IconButton label={t('next')} tone="overlay" className={`${side} right-5`} onClick={() => onSelect(next)}>
                <ChevronRight size={20} aria-hidden />
              </IconButton>
            ) : null}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
