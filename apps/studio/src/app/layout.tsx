import '@fontsource-variable/geist/wght.css'
import '@fontsource-variable/geist-mono/wght.css'
import './globals.css'
import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { Shell } from '../frame/shell.tsx'
import { earlySettings } from '../settings/early-settings.ts'

export const metadata: Metadata = {
  title: 'Hearth',
  description: 'A calm workshop for pictures made on your own machine.',
  icons: { icon: '/icon.svg' },
}
export const viewport: Viewport = { width: 'device-width', initialScale: 1, viewportFit: 'cover' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" data-theme="dark" suppressHydrationWarning>
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: our own constant; theme and language before the first paint */}
        <script dangerouslySetInnerHTML={{ __html: earlySettings }} />
      </head>
      <body>
        <Shell>{children}</Shell>
      </body>
    </html>
  )
}
