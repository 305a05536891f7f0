import { cloneElement, lazy, type ReactNode, Suspense, useState } from 'react'
import type { Trigger } from './floating.tsx'

const load = () => import('./menu-popup.tsx')
const Popup = lazy(async () => ({ default: (await load()).MenuPopup }))

export interface MenuItem {
  label: string
  icon?: ReactNode
  className?: string
  onPick(): void
}

export interface MenuButtonProps {
  trigger: Trigger
  items: readonly MenuItem[]
  /** A line above the items. */
  note?: string
  align?: 'start' | 'end'
  className?: string
}

/** A button with a list of actions. The list's code comes when somebody is about to open it. */
export function MenuButton(props: MenuButtonProps) {
  const [asked, setAsked] = useState(false)
  const warm = () => void load()
  const closed = cloneElement(props.trigger, {
    onPointerEnter: warm,
    onFocus: warm,
    'aria-expanded': false,
    onClick: () => setAsked(true),
  })
  if (!asked) return closed
  return (
    <Suspense fallback={closed}>
      <Popup {...props} />
    </Suspense>
  )
}
