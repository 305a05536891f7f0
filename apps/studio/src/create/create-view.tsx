'use client'
import { isMaking } from '@hearth/ui'
import { useEffect } from 'react'
import { useTranslations } from 'use-intl'
import { usePanels } from '../frame/panels.tsx'
import { useAddress } from '../settings/address.ts'
import { useStored } from '../settings/stored.ts'
import { Workbench } from './workbench.tsx'

/** The page where things are made: one tab per task that has a panel here. */
export function CreateView() {
  const t = useTranslations('create')
  const { all, tasks } = usePanels()
  const [address] = useAddress()
  const [last, setLast] = useStored('create.task', '')
  const creating = new Set(tasks.filter(task => task.capability === 'create').map(task => task.id))
  const panels = all.filter(panel => creating.has(panel.task)).filter(isMaking)
  const wanted = address.get('task') ?? last
  const panel = panels.find(candidate => candidate.task === wanted) ?? panels[0]
  const task = panel?.task
  useEffect(() => {
    if (task && task !== last) setLast(task)
  }, [task, last, setLast])
  useEffect(() => {
    document.title = 'Hearth'
  }, [])
  if (!panel) return <p className="p-8 text-muted">{t('no_model_title')}</p>
  return <Workbench key={panel.task} home="/" panel={panel} panels={panels} />
}
