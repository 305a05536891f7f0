import { WifiOff } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { useLink } from '../live/connection.ts'

/** A thin bar while there are no live news. */
export function LinkBanner() {
  const t = useTranslations('link')
  const link = useLink()
  if (link !== 'lost') return null
  return (
    <div
      data-banner
      role="status"
      className="late flex items-center justify-center gap-2 border-b border-line bg-raised px-4 py-1.5 text-12 text-warn"
    >
      <WifiOff size={14} aria-hidden />
      {t('lost')}
    </div>
  )
}
