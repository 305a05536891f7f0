import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { MenuButton } from './menu-button.tsx'

export interface PickMenuProps {
  label: string
  icon: ReactNode
  items: readonly string[]
  onPick(item: string): void
}

/** A small list behind an icon: examples, earlier texts. Nothing is shown when there is nothing to choose. */
export function PickMenu({ label, icon, items, onPick }: PickMenuProps) {
  if (items.length === 0) return null
  return (
    <MenuButton
      className="w-[280px]"
      trigger={
        <IconButton small label={label}>
          {icon}
        </IconButton>
      }
      items={items.map(item => ({ label: item, onPick: () => onPick(item) }))}
    />
  )
}
