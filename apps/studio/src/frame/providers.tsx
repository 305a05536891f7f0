import { AppError } from '@hearth/contract'
import { HintLayer, uiMessages } from '@hearth/ui'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { IntlProvider } from 'use-intl'
import { cached } from '../api/cached.ts'
import { en, type StudioMessages } from '../messages/en.ts'
import { useLanguage } from '../settings/appearance.ts'
import { Gate } from '../sign-in/gate.tsx'
import { BareFrame } from './bare-frame.tsx'

/** Dates are shown where the person is; the zone is named so that use-intl does not guess. */
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** The texts of the language last chosen; English comes with the page, others when they are chosen. */
function useTexts(): { locale: string; messages: StudioMessages } | null {
  const [wanted] = useLanguage()
  const [chinese, setChinese] = useState<StudioMessages | null>(null)
  const [shown, setShown] = useState<'en' | 'zh' | null>(wanted === 'en' ? 'en' : null)
  useEffect(() => {
    if (wanted === 'en') {
      setShown('en')
      return
    }
    let gone = false
    void import('../messages/zh.ts').then(({ zh }) => {
      if (gone) return
      setChinese(zh)
      setShown('zh')
    })
    return () => {
      gone = true
    }
  }, [wanted])
  if (shown === 'zh' && chinese) return { locale: 'zh', messages: chinese }
  return shown === 'en' ? { locale: 'en', messages: en } : null
}

/** Asks again only where that can help; a session that has ended leads back to the way in. */
function createClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError(error, query) {
        const ended = error instanceof AppError && error.code === 'unauthenticated'
        if (ended && query.queryKey[0] !== cached.session[0]) void client.resetQueries({ queryKey: cached.session })
      },
    }),
    defaultOptions: {
      queries: {
        retry: (count, error) => count < 2 && !(error instanceof AppError && !error.retryable),
        staleTime: 5000,
      },
    },
  })
  return client
}

export function Providers({ children }: { children: ReactNode }) {
  const texts = useTexts()
  const [client] = useState(createClient)
  if (!texts) return <BareFrame />
  const ui = uiMessages[texts.locale === 'zh' ? 'zh' : 'en']
  return (
    <QueryClientProvider client={client}>
      <IntlProvider locale={texts.locale} timeZone={timeZone} messages={{ ...texts.messages, ui }}>
        <Gate>{children}</Gate>
        <HintLayer />
      </IntlProvider>
    </QueryClientProvider>
  )
}
