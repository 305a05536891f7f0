import { IconButton } from '@hearth/ui'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'

/** Beside the list where there is room, over it where there is not. */
export function SidePanel({ title, onClose, children }: { title: string; onClose(): void; children: ReactNode }) {
  const t = useTranslations('people')
  return (
    <aside
      aria-label={title}
      className="grid min-h-0 content-start gap-4 overflow-y-auto border-l border-line bg-surface p-4 max-lg:absolute max-lg:inset-y-0 max-lg:right-0 max-lg:z-20 max-lg:w-[380px] max-lg:max-w-full max-lg:shadow-card max-sm:w-full max-sm:border-l-0"
    >
      <div className="flex items-center justify-between">
        <h2 className="text-15">{title}</h2>
        <IconButton label={t('close')} onClick={onClose}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      {children}
    </aside>
  )
}
