import { Checkbox } from '@base-ui/react/checkbox'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'

/** A box to tick and what it stands for. */
export function CheckLine({
  checked,
  onChange,
  children,
}: {
  checked: boolean
  onChange(on: boolean): void
  children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is the control
    <label className="flex cursor-pointer items-start gap-2.5 text-13 text-ink">
      <Checkbox.Root
        checked={checked}
        onCheckedChange={onChange}
        className="mt-0.5 grid size-4 shrink-0 place-items-center rounded-4 border border-line-strong bg-ground data-checked:border-ember data-checked:bg-ember"
      >
        <Checkbox.Indicator className="text-on-ember">
          <Check size={12} strokeWidth={3} aria-hidden />
        </Checkbox.Indicator>
      </Checkbox.Root>
      <span>{children}</span>
    </label>
  )
}
