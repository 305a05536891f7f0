'use client'
import type { Capability } from '@hearth/contract'
import { isLooking, isMaking } from '@hearth/ui'
import { useEffect } from 'react'
import { useTranslations } from 'use-intl'
import { Workbench } from '../create/workbench.tsx'
import { PageWords } from '../frame/page-words.tsx'
import { homeOf } from '../frame/places.ts'
import { useTabs } from '../frame/use-tabs.ts'
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
  const { panel, panels, none } = useTabs(capability)
  useEffect(() => {
    document.title = `${n(capability)} · Hearth`
  }, [n, capability])
  const home = homeOf(capability)
  if (isLooking(panel)) return <LookBench key={panel.task} home={home} panel={panel} panels={panels} />
  if (isMaking(panel)) return <Workbench key={panel.task} home={home} panel={panel} panels={panels} />
  return none ? <p className="p-8 text-muted">{t('no_tasks')}</p> : null
}
