import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { usePaste } from '../create/use-paste.ts'
import { LinkBanner } from './link-banner.tsx'
import { Notices } from './notices.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { TopBar } from './top-bar.tsx'
import { useDropGuard } from './use-drop-guard.ts'

/** Bar above, page below. Pages scroll by themselves, the frame never does. */
export function Frame({ children }: { children: ReactNode }) {
  const t = useTranslations('nav')
  usePaste()
  useDropGuard()
  return (
    <div className="grid h-dvh grid-rows-[52px_1fr] [&:has(>[data-banner])]:grid-rows-[52px_auto_1fr]">
      <a
        href="#content"
        className="sr-only z-50 bg-raised px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('skip')}
      </a>
      <TopBar />
      <LinkBanner />
      <main id="content" tabIndex={-1} className="relative min-h-0 overflow-hidden outline-none">
        {children}
      </main>
      <Notices />
      <Shortcuts />
    </div>
  )
}
