import { ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { boxClass } from './field.tsx'

export interface Option {
  value: string
  label: string
  /** A second, quieter line. */
  detail?: string
  disabled?: boolean
  /** At the right end, such as a dot for what is loaded. */
  sign?: ReactNode
}

export interface SelectProps {
  value: string
  options: readonly Option[]
  onChange(value: string): void
  tall: boolean
  control: string
  described: string | undefined
  /** Label and choice, as they are said aloud. */
  spoken: string
}

export function selectFaceClass(tall: boolean): string {
  return classNames(
    boxClass,
    'flex w-full items-center gap-2.5 px-3 text-left hover:border-line-strong data-popup-open:border-ember',
    tall ? 'py-2' : 'h-[34px]',
  )
}

/** What the closed control shows. */
export function SelectFace({ value, options, tall }: Pick<SelectProps, 'value' | 'options' | 'tall'>) {
  const current = options.find(option => option.value === value)
  return (
    <>
      <span className="min-w-0 flex-1">
        <span className="block truncate text-bright">{current?.label ?? value}</span>
        {tall && current?.detail ? <span className="block truncate text-12 text-faint">{current.detail}</span> : null}
      </span>
      {current?.sign}
      <ChevronsUpDown size={16} className="text-muted" aria-hidden />
    </>
  )
}
