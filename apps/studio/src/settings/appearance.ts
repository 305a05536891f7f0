import type { Locale } from '@hearth/ui'
import { useCallback } from 'react'
import { useStored } from './stored.ts'

export type Theme = 'dark' | 'light'

export function useTheme(): [Theme, (theme: Theme) => void] {
  const initial: Theme = document.documentElement.dataset.theme === 'light' ? 'light' : 'dark'
  const [theme, store] = useStored<Theme>('theme', initial)
  const set = useCallback(
    (next: Theme) => {
      document.documentElement.dataset.theme = next
      store(next)
    },
    [store],
  )
  return [theme, set]
}

export function useLanguage(): [Locale, (locale: Locale) => void] {
  const initial: Locale = document.documentElement.lang === 'zh' ? 'zh' : 'en'
  const [locale, store] = useStored<Locale>('locale', initial)
  const set = useCallback(
    (next: Locale) => {
      document.documentElement.lang = next
      store(next)
    },
    [store],
  )
  return [locale, set]
}
