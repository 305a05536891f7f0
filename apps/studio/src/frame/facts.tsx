import type { ReactNode } from 'react'

/** Labels and values in two columns. */
export function Facts({ children, right }: { children: ReactNode; right?: boolean }) {
  return (
    <dl
      className={`grid grid-cols-[auto_1fr] items-baseline gap-x-5 gap-y-[5px] text-13 ${right ? '[&>dd]:text-right' : ''}`}
    >
      {children}
    </dl>
  )
}

/** One of them; nothing when there is no value. */
export function Fact({ label, mono, children }: { label: string; mono?: boolean; children: ReactNode }) {
  if (children === null || children === undefined || children === '') return null
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className={`min-w-0 wrap-anywhere text-ink ${mono ? 'font-mono text-12' : ''}`}>{children}</dd>
    </>
  )
}
