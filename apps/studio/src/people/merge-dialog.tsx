import { type ErrorReport, toAppError } from '@hearth/contract'
import { Button, classNames, ProblemNote } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { request } from '../api/client.ts'
import { notify } from '../frame/notices.tsx'
import { SearchField } from '../frame/search-field.tsx'
import { type PersonView, usePeople } from './people-api.ts'
import { Initials } from './people-table.tsx'

/** Whom the faces go over to. */
export function MergeDialog({
  person,
  onClose,
  onMerged,
}: {
  person: PersonView
  onClose(): void
  onMerged(into: string): void
}) {
  const t = useTranslations('people')
  const [q, setQ] = useState('')
  const [into, setInto] = useState<PersonView | null>(null)
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const list = usePeople({ q, collection: person.collection })
  const others = (list.data?.pages.flatMap(page => page.people) ?? [])
    .filter(other => other.id !== person.id)
    .slice(0, 50)
  const merge = async () => {
    if (!into) return
    try {
      await request(`/people/${person.id}/merge`, { method: 'POST', body: { into: into.id } })
      notify(t('merged', { name: person.name, other: into.name }))
      onMerged(into.id)
    } catch (thrown) {
      setProblem(toAppError(thrown).report())
    }
  }
  return (
    <Modal
      open
      onOpenChange={onClose}
      title={t('merge_title', { name: person.name })}
      text={t('merge_text', { name: person.name })}
      actions={
        <>
          <Button onClick={onClose}>{t('close')}</Button>
          <Button look="main" disabled={!into} onClick={() => void merge()}>
            {t('merge_pick')}
          </Button>
        </>
      }
    >
      <div className="grid gap-3 pt-3">
        <SearchField label={t('search')} value={q} onChange={setQ} />
        <ul className="grid max-h-64 gap-1 overflow-y-auto">
          {others.map(other => (
            <li key={other.id}>
              <button
                type="button"
                aria-pressed={into?.id === other.id}
                onClick={() => setInto(other)}
                className={classNames(
                  'flex w-full items-center gap-3 rounded-6 px-2 py-1.5 text-left text-13 text-ink',
                  into?.id === other.id ? 'bg-ember-soft text-bright' : 'hover:bg-hover',
                )}
              >
                <Initials name={other.name} />
                {other.name}
              </button>
            </li>
          ))}
        </ul>
        {problem ? <ProblemNote problem={problem} /> : null}
      </div>
    </Modal>
  )
}
