import { Menu } from '@base-ui/react/menu'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'

/** A small list behind an icon: examples, earlier texts. Nothing is shown when there is nothing to choose. */
export function PickMenu({
  label,
  icon,
  items,
  onPick,
}: {
  label: string
  icon: ReactNode
  items: readonly string[]
  onPick(item: string): void
}) {
  if (items.length === 0) return null
  return (
    <Menu.Root>
      <Menu.Trigger
        render={
          <IconButton small side="top" label={label}>
            {icon}
          </IconButton>
        }
      />
      <Menu.Portal>
        <Menu.Positioner align="start" sideOffset={6} className="z-50">
          <Menu.Popup className="max-h-[min(320px,var(--available-height))] w-[280px] overflow-y-auto rounded-10 border border-line bg-raised p-1 shadow-card outline-none">
            {items.map(item => (
              <Menu.Item
                key={item}
                onClick={() => onPick(item)}
                className="cursor-pointer truncate rounded-6 px-2.5 py-1.5 text-13 text-ink outline-none select-none data-highlighted:bg-hover"
              >
                {item}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
