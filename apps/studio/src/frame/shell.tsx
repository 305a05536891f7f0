'use client'
import { usePathname } from 'next/navigation'
import { lazy, type ReactNode, Suspense, useSyncExternalStore } from 'react'
import { BareFrame } from './bare-frame.tsx'
import { Providers } from './providers.tsx'

const KioskFrame = lazy(async () => ({ default: (await import('../kiosk/kiosk-frame.tsx')).KioskFrame }))

const never = () => () => {}

/** Theme, language and address are known in the browser only; until then the frame stands without words. */
export function Shell({ children }: { children: ReactNode }) {
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  const kiosk = /^\/kiosk\/?$/.test(usePathname())
  if (kiosk)
    return inBrowser ? (
      <Suspense fallback={null}>
        <KioskFrame>{children}</KioskFrame>
      </Suspense>
    ) : null
  return inBrowser ? <Providers>{children}</Providers> : <BareFrame />
}
