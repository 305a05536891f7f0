import { Dialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { IconButton } from './button.tsx'
import { classNames } from './class-names.ts'

export interface ModalProps {
  open: boolean
  onOpenChange(open: boolean): void
  title: string
  /** Said aloud with the title. */
  text?: ReactNode
  children?: ReactNode
  /** Buttons, the main one last. */
  actions?: ReactNode
  wide?: boolean
}

/** A question or a form in front of the page. Esc and the cross close it; focus returns to where it was. */
export function Modal({ open, onOpenChange, title, text, children, actions, wide }: ModalProps) {
  const t = useTranslations('ui')
  // The first field, else the dialog itself: a focused icon would show its hint, which takes the first Esc.
  const popup = useRef<HTMLDivElement>(null)
  return (
    <Dialog.Root open={open} onOpenChange={next => onOpenChange(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup
          ref={popup}
          initialFocus={() => popup.current?.querySelector<HTMLElement>('input, textarea') ?? popup.current}
          className={classNames(
            'fixed top-1/2 left-1/2 z-50 grid max-h-[calc(100dvh-32px)] w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 grid-rows-[auto_1fr_auto] overflow-hidden rounded-12 border border-line bg-raised shadow-card outline-none transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0',
            wide ? 'max-w-[920px]' : 'max-w-[460px]',
          )}
        >
          <div className="flex items-start gap-3 px-5 pt-4 pb-1">
            <Dialog.Title className="flex-1 text-16 font-strong text-bright">{title}</Dialog.Title>
            <IconButton label={t('close')} small onClick={() => onOpenChange(false)}>
              <X size={16} aria-hidden />
            </IconButton>
          </div>
          <div className="overflow-y-auto px-5 pb-4">
            {text ? (
              <Dialog.Description render={<div />} className="text-13 text-muted">
                {text}
              </Dialog.Description>
            ) : null}
            {children}
          </div>
          {actions ? (
            <div className="flex flex-wrap justify-end gap-2 border-t border-line bg-surface px-5 py-3">{actions}</div>
          ) : null}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
