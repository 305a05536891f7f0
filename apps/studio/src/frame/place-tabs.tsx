import { Kinds } from './kinds.tsx'
import { usePanels } from './panels.tsx'
import { type Place, places } from './places.ts'

/** Over a page that is reached from another one: the tabs of that one. */
export function PlaceTabs({ current }: { current: Place['name'] }) {
  const { all, tasks } = usePanels()
  const within = places.find(place => place.name === current)?.within
  const home = places.find(place => place.name === within)
  const mine = new Set(tasks.filter(task => task.capability === home?.capability).map(task => task.id))
  return (
    <div className="mb-5 max-w-[288px] max-sm:max-w-none">
      <Kinds home={home?.href ?? '/'} panels={all.filter(({ task }) => mine.has(task))} current={current} />
    </div>
  )
}
