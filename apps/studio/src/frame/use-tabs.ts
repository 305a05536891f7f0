import type { Capability } from '@hearth/contract'
import { useEffect } from 'react'
import { useAddress } from '../settings/address.ts'
import { useStored } from '../settings/stored.ts'
import { usePanels } from './panels.tsx'

/** The tabs of a capability's page, and the one that is open: as the address says, else the one used last. */
export function useTabs(capability: Capability) {
  const { all, tasks } = usePanels()
  const [address] = useAddress()
  const [last, setLast] = useStored(`${capability}.task`, '')
  const mine = new Set(tasks.filter(task => task.capability === capability).map(task => task.id))
  const panels = all.filter(panel => mine.has(panel.task))
  const wanted = address.get('task') ?? last
  const panel = panels.find(candidate => candidate.task === wanted) ?? panels[0]
  const task = panel?.task
  useEffect(() => {
    if (task && task !== last) setLast(task)
  }, [task, last, setLast])
  // Panels are on their way while there are tasks that may have one.
  return { panels, panel, none: mine.size === 0 && tasks.length > 0 }
}
