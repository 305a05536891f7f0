import { toAppError } from '@hearth/contract'
import { Button } from '@hearth/ui'
import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { request } from '../api/client.ts'
import { notify } from '../frame/notices.tsx'
import type { PersonView } from './people-api.ts'

interface Step {
  done: { person: string }[]
  left: { person: string; name: string; reason: string }[]
  next_cursor: string | null
}

/** The model that measures faces was changed: what can be measured anew, and who has to come again. */
export function StaleNotice({
  people,
  onOpen,
  onChanged,
}: {
  people: readonly PersonView[]
  onOpen(id: string): void
  onChanged(): void
}) {
  const t = useTranslations('people')
  const [busy, setBusy] = useState(false)
  const [left, setLeft] = useState<Step['left'] | null>(null)
  const go = async () => {
    setBusy(true)
    const remaining: Step['left'] = []
    let [done, cursor]: [number, string | null] = [0, null]
    try {
      do {
        const body: object = cursor === null ? {} : { cursor }
        const step: Step = await request<Step>('/people/re-enrol', { method: 'POST', body })
        done += step.done.length
        remaining.push(...step.left)
        cursor = step.next_cursor
      } while (cursor !== null)
      notify(t('old_done', { n: done }))
    } catch (thrown) {
      notify(toAppError(thrown).message, { seconds: 8 })
    } finally {
      setBusy(false)
      setLeft(remaining)
      onChanged()
    }
  }
  return (
    <section aria-label={t('old_title')} className="mb-5 rounded-8 border border-line bg-surface px-3.5 py-3 text-13">
      <p className="text-warn">{t('old_some', { n: people.length })}</p>
      {left && left.length > 0 ? (
        <>
          <p className="mt-1 text-muted">{t('old_left')}</p>
          <ul className="mt-1.5 flex flex-wrap gap-1.5">
            {left.map(one => (
              <li key={one.person}>
                <Button size="small" title={one.reason} onClick={() => onOpen(one.person)}>
                  {one.name}
                </Button>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <>
          <p className="mt-1 text-muted">{t('old_how')}</p>
          <Button size="small" className="mt-2" disabled={busy} onClick={() => void go()}>
            <RefreshCw size={14} aria-hidden />
            {busy ? t('old_busy') : t('old_go')}
          </Button>
        </>
      )}
    </section>
  )
}
