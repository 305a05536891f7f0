import type { ErrorReport } from '@hearth/contract'
import { TriangleAlert } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { classNames } from './class-names.ts'

export interface FieldProps {
  label: string
  /** At the right of the label: a value, a link, a count. */
  aside?: ReactNode
  /** Shown below; said aloud with the field. */
  problem?: string | null
  children(ids: { control: string; described: string | undefined }): ReactNode
}

/** A label, its control and what is wrong with it. */
export function Field({ label, aside, problem, children }: FieldProps) {
  const control = useId()
  const note = `${control}-problem`
  return (
    <div>
      <div className="mb-1.5 flex items-baseline justify-between gap-2 text-12 text-muted">
        <label htmlFor={control}>{label}</label>
        {aside}
      </div>
      {children({ control, described: problem ? note : undefined })}
      {problem ? (
        <p id={note} className="mt-1.5 flex gap-1.5 text-12 text-bad">
          <TriangleAlert size={14} className="mt-0.5" aria-hidden />
          <span>{problem}</span>
        </p>
      ) : null}
    </div>
  )
}

/** Frame of a text-like control; lights up when something in it has the focus. */
export const boxClass =
  'rounded-8 border border-line bg-ground transition-[border-color,box-shadow] focus-within:border-ember focus-within:ring-3 focus-within:ring-ember-soft'

export function Box({ className, children }: { className?: string; children: ReactNode }) {
  return <div className={classNames(boxClass, className)}>{children}</div>
}

/** The refusal's text for this field; null if it is about another. */
export function problemOf(problem: ErrorReport | null, field: string): string | null {
  if (problem?.path?.[0] !== field) return null
  return problem.message
}
