import { Menu } from '@base-ui/react/menu'
import { classNames } from './class-names.ts'
import type { MenuButtonProps } from './menu-button.tsx'

/** The menu itself, behind `MenuButton`; opens as soon as it is there. */
export function MenuPopup({ trigger, items, note, align = 'start', className }: MenuButtonProps) {
  return (
    <Menu.Root defaultOpen>
      <Menu.Trigger render={trigger} />
      <Menu.Portal>
        <Menu.Positioner align={align} sideOffset={8} collisionPadding={8} className="z-50">
          <Menu.Popup
            className={classNames(
              'max-h-[min(420px,var(--available-height))] overflow-y-auto rounded-10 border border-line bg-raised p-1 shadow-card outline-none',
              className ?? 'min-w-[180px]',
            )}
          >
            {note ? <p className="truncate px-2.5 py-1.5 text-12 text-faint">{note}</p> : null}
            {items.map(item => (
              <Menu.Item
                key={item.label}
                onClick={item.onPick}
                className={classNames(
                  'flex cursor-pointer items-center gap-2.5 rounded-6 px-2.5 py-1.5 text-13 text-ink outline-none select-none data-highlighted:bg-hover',
                  item.className,
                )}
              >
                {item.icon ? <span className="text-muted">{item.icon}</span> : null}
                <span className="truncate">{item.label}</span>
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
