'use client'
import { type ReactNode, useSyncExternalStore } from 'react'
import { Mark } from './mark.tsx'
import { Providers } from './providers.tsx'

const never = () => () => {}

/** Theme, language and address are known in the browser only; until then the frame stands without words. */
export function Shell({ children }: { children: ReactNode }) {
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  return inBrowser ? <Providers>{children}</Providers> : <BareFrame />
}

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
