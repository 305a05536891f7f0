import { Select } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { boxClass, Field } from './field.tsx'

export interface Option {
  value: string
  label: string
  /** A second, quieter line. */
  detail?: string
  disabled?: boolean
  /** At the right end, such as a dot for what is loaded. */
  sign?: ReactNode
}

export interface SelectFieldProps {
  label: string
  value: string
  options: readonly Option[]
  onChange(value: string): void
  aside?: ReactNode
  problem?: string | null
  /** Two lines in the closed control too. */
  tall?: boolean
}

export function SelectField({ label, value, options, onChange, aside, problem, tall }: SelectFieldProps) {
  const current = options.find(option => option.value === value)
  return (
    <Field label={label} aside={aside} problem={problem ?? null}>
      {({ control, described }) => (
        <Select.Root
          value={value}
          items={options.map(option => ({ value: option.value, label: option.label }))}
          onValueChange={next => {
            if (next !== null) onChange(next)
          }}
        >
          <Select.Trigger
            id={control}
            aria-describedby={described}
            aria-label={`${label}: ${current?.label ?? value}`}
            className={classNames(
              boxClass,
              'flex w-full items-center gap-2.5 px-3 text-left hover:border-line-strong data-popup-open:border-ember',
              tall ? 'py-2' : 'h-[34px]',
            )}
          >
            <span className="min-w-0 flex-1">
              <span className="block truncate text-bright">{current?.label ?? value}</span>
              {tall && current?.detail ? (
                <span className="block truncate text-12 text-faint">{current.detail}</span>
              ) : null}
            </span>
            {current?.sign}
            <ChevronsUpDown size={16} className="text-muted" aria-hidden />
          </Select.Trigger>
          <Select.Portal>
            <Select.Positioner sideOffset={6} alignItemWithTrigger={false} className="z-50">
              <Select.Popup className="max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto rounded-10 border border-line bg-raised p-1 shadow-card outline-none">
                <Select.List>
                  {options.map(option => (
                    <Select.Item
                      key={option.value}
                      value={option.value}
                      disabled={option.disabled ?? false}
                      className="flex cursor-pointer items-center gap-2.5 rounded-6 px-2.5 py-1.5 outline-none select-none data-disabled:cursor-not-allowed data-disabled:opacity-50 data-highlighted:bg-hover"
                    >
                      <span className="min-w-0 flex-1">
                        <Select.ItemText className="block truncate text-13 text-ink">{option.label}</Select.ItemText>
                        {option.detail ? (
                          <span className="block truncate text-12 text-faint">{option.detail}</span>
                        ) : null}
                      </span>
                      {option.sign}
                      <Select.ItemIndicator className="text-ember-ink">
                        <Check size={16} aria-hidden />
                      </Select.ItemIndicator>
                    </Select.Item>
                  ))}
                </Select.List>
              </Select.Popup>
            </Select.Positioner>
          </Select.Portal>
        </Select.Root>
      )}
    </Field>
  )
}
