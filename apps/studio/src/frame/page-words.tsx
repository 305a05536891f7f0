import type { Messages } from '@hearth/ui'
import { type ReactNode, useMemo } from 'react'
import { IntlProvider, useLocale, useMessages, useTimeZone } from 'use-intl'

/** Texts that come with a page instead of with the frame; found under `name`. */
export function PageWords({
  name,
  words,
  children,
}: {
  name: string
  words: { en: Messages; zh: Messages }
  children: ReactNode
}) {
  const locale = useLocale()
  const messages = useMessages()
  const timeZone = useTimeZone()
  const merged = useMemo(
    () => ({ ...messages, [name]: words[locale === 'zh' ? 'zh' : 'en'] }),
    [messages, name, words, locale],
  )
  return (
    <IntlProvider locale={locale} messages={merged} {...(timeZone ? { timeZone } : {})}>
      {children}
    </IntlProvider>
  )
}
