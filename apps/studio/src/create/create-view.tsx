'use client'
import { isMaking } from '@hearth/ui'
import { useEffect } from 'react'
import { useTranslations } from 'use-intl'
import { useTabs } from '../frame/use-tabs.ts'
import { Workbench } from './workbench.tsx'

/** The page where things are made: one tab per task that has a panel here. */
export function CreateView() {
  const t = useTranslations('create')
  const { panel, panels, none } = useTabs('create')
  useEffect(() => {
    document.title = 'Hearth'
  }, [])
  if (isMaking(panel)) return <Workbench key={panel.task} home="/" panel={panel} panels={panels} />
  return none ? <p className="p-8 text-muted">{t('no_model_title')}</p> : null
}
