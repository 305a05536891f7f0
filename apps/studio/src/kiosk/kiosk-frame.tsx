import { HintLayer, uiMessages } from '@hearth/ui'
import type { ReactNode } from 'react'
import { IntlProvider } from 'use-intl'
import { useLanguage } from '../settings/appearance.ts'
import { kioskWords } from './kiosk-words.ts'

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** What stands around the kiosk: its words, and nothing of the studio, to which its key opens no door. */
export function KioskFrame({ children }: { children: ReactNode }) {
  const [locale] = useLanguage()
  return (
    <IntlProvider locale={locale} timeZone={timeZone} messages={{ kiosk: kioskWords[locale], ui: uiMessages[locale] }}>
      {children}
      <HintLayer />
    </IntlProvider>
  )
}
