'use client'
import { isMaking } from '@hearth/ui'
import { useEffect } from 'react'
import { useTranslations } from 'use-intl'
import { Workbench } from '../create/workbench.tsx'
import { homeOf } from '../frame/places.ts'
import { useTabs } from '../frame/use-tabs.ts'

/** The page of speech: text read aloud, and speech written down. */
export function SpeakView() {
  const t = useTranslations('nav')
  const c = useTranslations('create')
  const { panel, panels, none } = useTabs('speak')
  useEffect(() => {
    document.title = `${t('speak')} · Hearth`
  }, [t])
  if (isMaking(panel)) {
    return <Workbench key={panel.task} home={homeOf('speak')} panel={panel} panels={panels} apart />
  }
  return none ? <p className="p-8 text-muted">{c('no_model_title')}</p> : null
}
