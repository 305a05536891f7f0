'use client'
import type { Capability } from '@hearth/contract'
import { isLooking, isMaking, type Panel } from '@hearth/ui'
import { useEffect } from 'react'
import { useTranslations } from 'use-intl'
import { Workbench } from '../create/workbench.tsx'
import { PageWords } from '../frame/page-words.tsx'
import { usePanels } from '../frame/panels.tsx'
import { homeOf } from '../frame/places.ts'
import { useAddress } from '../settings/address.ts'
import { useStored } from '../settings/stored.ts'
import { LookBench } from './look-bench.tsx'
import { lookWords } from './look-words.ts'

type Looked = Capability & ('recognise' | 'faces')

/** A page where pictures are looked at: one tab per task of the capability that has a panel. */
export function LookView({ capability }: { capability: Looked }) {
  return (
    <PageWords name="look" words={lookWords}>
      <Look capability={capability} />
    </PageWords>
  )
}

function Look({ capability }: { capability: Looked }) {
  const t = useTranslations('look')
  const n = useTranslations('nav')
  const { all, tasks } = usePanels()
  const [address] = useAddress()
  const [last, setLast] = useStored(`${capability}.task`, '')
  const mine = new Set(tasks.filter(task => task.capability === capability).map(task => task.id))
  const panels: Panel[] = all.filter(panel => mine.has(panel.task))
  const wanted = address.get('task') ?? last
  const panel = panels.find(candidate => candidate.task === wanted) ?? panels[0]
  const task = panel?.task
  useEffect(() => {
    if (task && task !== last) setLast(task)
  }, [task, last, setLast])
  useEffect(() => {
    document.title = `${n(capability)} · Hearth`
  }, [n, capability])
  const home = homeOf(capability)
  if (isLooking(panel)) return <LookBench key={panel.task} home={home} panel={panel} panels={panels} />
  if (isMaking(panel)) return <Workbench key={panel.task} home={home} panel={panel} panels={panels} />
  // Panels are on their way while there are tasks that may have one.
  return mine.size === 0 && tasks.length > 0 ? <p className="p-8 text-muted">{t('no_tasks')}</p> : null
}
