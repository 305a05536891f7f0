'use client'
import { buttonClass, Nothing } from '@hearth/ui'
import { Compass } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'use-intl'

export function NotFoundView() {
  const t = useTranslations('errors')
  return (
    <Nothing
      icon={Compass}
      title={t('not_found_title')}
      text={t('not_found_text')}
      action={
        <Link href="/" className={buttonClass('main')}>
          {t('home')}
        </Link>
      }
    />
  )
}
