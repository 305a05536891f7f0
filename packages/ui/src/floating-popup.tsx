import { Popover } from '@base-ui/react/popover'
import { classNames } from './class-names.ts'
import type { FloatingProps } from './floating.tsx'

/** The popup itself, behind `Floating`. */
export function FloatingPopup({ trigger, label, children, className, open, onOpenChange }: FloatingProps) {
  return (
    <Popover.Root open={open} onOpenChange={next => onOpenChange(next)}>
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner sideOffset={17} align="end" collisionPadding={8} className="z-40">
          <Popover.Popup
            aria-label={label}
            className={classNames(
              'max-h-(--available-height) max-w-[calc(100vw-16px)] overflow-y-auto rounded-12 border border-line bg-raised shadow-card outline-none',
              className,
            )}
          >
            {children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
