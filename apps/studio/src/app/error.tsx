'use client'
import { Button, Nothing } from '@hearth/ui'
import { Bug } from 'lucide-react'
import { useTranslations } from 'use-intl'

/** In the place of a view that threw. */
export default function Broken({ error, reset }: { error: Error; reset(): void }) {
  const t = useTranslations('errors')
  return (
    <Nothing
      icon={Bug}
      title={t('crashed_title')}
      text={`${t('crashed_text')} ${error.message}`}
      action={<Button onClick={reset}>{t('reload')}</Button>}
    />
  )
}
