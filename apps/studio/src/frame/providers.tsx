import { Tooltip } from '@base-ui/react/tooltip'
import { uiMessages } from '@hearth/ui'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { IntlProvider } from 'use-intl'
import { en } from '../messages/en.ts'
import { zh } from '../messages/zh.ts'
import { useLanguage } from '../settings/appearance.ts'
import { Gate } from '../sign-in/gate.tsx'

const studio = { en, zh }
/** Dates are shown where the person is; the zone is named so that use-intl does not guess. */
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone

export function Providers({ children }: { children: ReactNode }) {
  const [locale] = useLanguage()
  const [client] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: 2, refetchOnWindowFocus: true, staleTime: 5000 } } }),
  )
  return (
    <QueryClientProvider client={client}>
      <IntlProvider locale={locale} timeZone={timeZone} messages={{ ...studio[locale], ui: uiMessages[locale] }}>
        <Tooltip.Provider delay={500} closeDelay={0}>
          <Gate>{children}</Gate>
        </Tooltip.Provider>
      </IntlProvider>
    </QueryClientProvider>
  )
}
