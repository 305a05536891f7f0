import { toAppError } from '@hearth/contract'
import { pictureOf } from '@hearth/ui'
import { usePathname } from 'next/navigation'
import { useEffect } from 'react'
import { useTranslations } from 'use-intl'
import { mediaDesk } from '../api/media.ts'
import { notify } from '../frame/notices.tsx'
import { capabilityAt } from '../frame/places.ts'
import { readStored } from '../settings/stored.ts'
import { useReuse } from './reuse.ts'

/** A picture pasted on any page becomes the input of the task that takes one: the one last used on this page if it does. */
export function usePaste(): void {
  const t = useTranslations('create')
  const reuse = useReuse()
  const capability = capabilityAt(usePathname()) ?? 'create'
  useEffect(() => {
    const take = async (file: File) => {
      try {
        reuse.takeAsInput(await mediaDesk.store(file), undefined, readStored<string>(`${capability}.task`))
        notify(t('pasted'))
      } catch (thrown) {
        const { message, hint } = toAppError(thrown).report()
        notify([message, hint].filter(Boolean).join(' '), { seconds: 8 })
      }
    }
    const paste = (event: ClipboardEvent) => {
      const file = pictureOf(event.clipboardData)
      if (!file || !reuse.canUseInput) return
      event.preventDefault()
      void take(file)
    }
    window.addEventListener('paste', paste)
    return () => window.removeEventListener('paste', paste)
  })
}
