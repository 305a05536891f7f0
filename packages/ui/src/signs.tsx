import type { ErrorReport } from '@hearth/contract'
import { CircleAlert, type LucideIcon } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './class-names.ts'

export interface MeterProps {
  /** 0 to 1; null while nobody knows. */
  value: number | null
  label: string
  className?: string
  /** `part`: of something that stands still, such as memory; not progress. */
  kind?: 'progress' | 'part'
}

/** How far something is, or how full. */
export function Meter({ value, label, className, kind = 'progress' }: MeterProps) {
  const percent = value === null ? 0 : Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a name
    <div
      role={kind === 'progress' ? 'progressbar' : 'meter'}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(value === null && kind === 'progress' ? {} : { 'aria-valuenow': percent })}
      className={classNames('h-[3px] overflow-hidden rounded-full bg-line', className ?? 'flex-1')}
    >
      <div
        className={classNames(
          'h-full rounded-full transition-[width] place',
          kind === 'progress' ? 'bg-ember' : 'bg-muted',
        )}
        style={{ width: `${percent}%` }}
      />
    </div>
  )
}

const dots = {
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  off: 'bg-line-strong',
  live: 'bg-ember ring-3 ring-ember-soft',
}

/** A status light. The words beside it carry the meaning. */
export function Dot({ tone }: { tone: keyof typeof dots }) {
  return <span aria-hidden className={classNames('inline-block size-[7px] shrink-0 rounded-full', dots[tone])} />
}

/** A key. `plain` has no frame. */
export function Kbd({ children, plain }: { children: ReactNode; plain?: boolean }) {
  return (
    <kbd
      className={classNames(
        'inline-flex h-[18px] items-center font-sans text-11 leading-none font-medium',
        plain ? '' : 'rounded-4 border border-current px-[5px]',
      )}
    >
      {children}
    </kbd>
  )
}

export const pillClass =
  'inline-flex h-7 items-center gap-[7px] rounded-full border border-line bg-surface px-[11px] text-12 whitespace-nowrap text-muted transition-colors hover:border-line-strong hover:text-ink data-popup-open:border-line-strong tabular'

export function Chip({ pressed, className, ...rest }: ComponentProps<'button'> & { pressed?: boolean }) {
  return (
    <button
      type="button"
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      {...rest}
      className={classNames(
        'inline-flex h-[26px] shrink-0 items-center gap-1.5 rounded-full border px-2.5 text-12 whitespace-nowrap transition-colors',
        pressed
          ? 'border-ember bg-ember-soft text-bright'
          : 'border-line text-muted hover:border-line-strong hover:text-ink',
        className,
      )}
    />
  )
}

/** An error where it belongs: what happened, what to do, and the way to do it. */
export function ProblemNote({
  problem,
  action,
  className,
}: {
  problem: Pick<ErrorReport, 'message' | 'hint'>
  action?: ReactNode
  className?: string
}) {
  return (
    <div role="alert" className={classNames('flex gap-2.5 rounded-8 bg-bad-soft px-3 py-2.5 text-13', className)}>
      <CircleAlert size={16} className="mt-0.5 text-bad" aria-hidden />
      <div className="min-w-0 flex-1 wrap-anywhere">
        <p className="text-ink">{problem.message}</p>
        {problem.hint ? <p className="mt-0.5 text-12 text-muted">{problem.hint}</p> : null}
        {action ? <div className="mt-2 flex flex-wrap gap-2">{action}</div> : null}
      </div>
    </div>
  )
}

/** Nothing here yet, and what to do about it. */
export function Nothing({
  icon: Icon,
  title,
  text,
  action,
}: {
  icon: LucideIcon
  title: string
  text?: string
  action?: ReactNode
}) {
  return (
    <div className="mx-auto grid max-w-[380px] justify-items-center gap-2 px-4 py-16 text-center">
      <span className="mb-2 grid size-11 place-items-center rounded-full bg-hover text-muted">
        <Icon size={20} aria-hidden />
      </span>
      <p className="text-14 font-strong text-bright">{title}</p>
      {text ? <p className="text-13 text-muted">{text}</p> : null}
      {action ? <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  )
}
