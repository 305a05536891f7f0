import type { ReactNode } from 'react'
import { Mark } from './mark.tsx'

/** The frame before anything is known: no words, the same height. */
export function BareFrame({ children }: { children?: ReactNode }) {
  return (
    <div className="grid h-dvh grid-rows-[52px_1fr]">
      <div className="flex items-center gap-2.5 border-b border-line px-4 text-15 font-bold tracking-[-0.015em] text-bright max-sm:px-3">
        <Mark />
        Hearth
      </div>
      <div className="min-h-0 overflow-auto">{children}</div>
    </div>
  )
}
