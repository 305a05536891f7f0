import type { ReactNode } from 'react'
import { IntlProvider } from 'use-intl'
import { uiMessages } from './messages.ts'
import type { Locale, Messages } from './panel.ts'

/** Around a component under test: texts of ui and of the panel, in one language. */
export function TestFrame({
  children,
  locale = 'en',
  messages = {},
}: {
  children: ReactNode
  locale?: Locale
  messages?: Messages
}) {
  return (
    <IntlProvider locale={locale} timeZone="UTC" messages={{ ui: uiMessages[locale], ...messages }}>
      {children}
    </IntlProvider>
  )
}
