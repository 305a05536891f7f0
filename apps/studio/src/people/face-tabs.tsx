import { useTranslations } from 'use-intl'
import { Kinds } from '../frame/kinds.tsx'
import { usePanels } from '../frame/panels.tsx'
import { places } from '../frame/places.ts'

/** The tabs of everything about faces, over the pages that have no controls beside them. */
export function FaceTabs({ current }: { current: 'people' | 'attendance' }) {
  const n = useTranslations('nav')
  const { all, tasks } = usePanels()
  const home = places.find(place => place.capability === 'faces')
  const mine = new Set(tasks.filter(task => task.capability === home?.capability).map(task => task.id))
  const panels = all.filter(panel => mine.has(panel.task))
  const more = places
    .filter(place => place.within === home?.name)
    .map(place => ({ href: place.href, label: n(place.name), current: place.name === current }))
  return (
    <div className="mb-5 max-w-[288px] max-sm:max-w-none">
      <Kinds home={home?.href ?? '/'} panels={panels} current="" more={more} />
    </div>
  )
}
