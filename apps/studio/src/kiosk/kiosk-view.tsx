'use client'
import { type ReactNode, useEffect } from 'react'
import { useStored } from '../settings/stored.ts'
import { useKioskLink } from './kiosk-link.ts'
import { KioskScreen } from './kiosk-screen.tsx'
import { KioskSetup } from './kiosk-setup.tsx'

/** The key that came in the address, taken out of it at once. */
function takeKey(): string | null {
  const key = new URLSearchParams(window.location.hash.slice(1)).get('key')
  if (key !== null) window.history.replaceState(null, '', window.location.pathname)
  return key
}

/** A screen at a door. It has a key of its own, which may do nothing else. */
export function KioskView(): ReactNode {
  const [kept, setKept] = useStored('kiosk.key', '')
  useEffect(() => {
    const given = takeKey()
    if (given) setKept(given)
    document.title = 'Hearth'
  }, [setKept])
  const link = useKioskLink(kept === '' ? null : kept)
  // A key that never worked is asked for again; one that worked may come back to its right by itself.
  if (kept === '' || link.state === 'refused') {
    return <KioskSetup refusal={link.state === 'refused' ? link.refusal : null} onKey={setKept} />
  }
  return <KioskScreen link={link} onForget={() => setKept('')} />
}
