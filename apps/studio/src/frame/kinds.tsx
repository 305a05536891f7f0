import type { Panel } from '@hearth/ui'
import Link from 'next/link'
import { useTranslations } from 'use-intl'
import { usePanelTexts } from './panels.tsx'
import { placeAt, places } from './places.ts'

export interface KindsProps {
  /** The page that the tabs are of. */
  home: string
  panels: readonly Panel[]
  /** A task, or the name of a page that is reached from here. */
  current: string
}

/** Tabs with addresses: one per kind of work and per page within this one, in rows of four. */
export function Kinds({ home, panels, current }: KindsProps) {
  const t = useTranslations('create')
  const n = useTranslations('nav')
  const texts = usePanelTexts()
  const tabs = [
    ...panels.map(({ task }) => ({
      href: `${home}?task=${task}`,
      label: texts(task)('tab'),
      current: task === current,
    })),
    ...places
      .filter(place => place.within !== undefined && place.within === placeAt(home)?.name)
      .map(({ href, name }) => ({ href, label: n(name), current: name === current })),
  ]
  return (
    <nav
      aria-label={t('kinds')}
      className="grid gap-0.5 rounded-8 bg-canvas p-[3px]"
      style={{ gridTemplateColumns: `repeat(${Math.min(4, tabs.length)}, minmax(0, 1fr))` }}
    >
      {tabs.map(tab => (
        <Link
          key={tab.href}
          href={tab.href}
          aria-current={tab.current ? 'page' : undefined}
          className="grid h-7 place-items-center rounded-6 text-13 text-muted transition-colors hover:text-bright aria-[current]:bg-raised aria-[current]:font-medium aria-[current]:text-bright aria-[current]:shadow-knob"
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  )
}
