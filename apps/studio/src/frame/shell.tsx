'use client'
import { type ReactNode, useSyncExternalStore } from 'react'
import { BareFrame } from './bare-frame.tsx'
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
