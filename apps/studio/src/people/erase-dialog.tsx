import { type ErrorReport, toAppError } from '@hearth/contract'
import { Button, ProblemNote } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { request } from '../api/client.ts'
import { notify } from '../frame/notices.tsx'
import { TextField } from '../frame/text-field.tsx'
import type { PersonView } from './people-api.ts'

/** Nothing brings an erased person back, so the name is typed. */
export function EraseDialog({ person, onClose, onErased }: { person: PersonView; onClose(): void; onErased(): void }) {
  const t = useTranslations('people')
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const erase = async () => {
    try {
      await request(`/people/${person.id}`, { method: 'DELETE' })
      notify(t('erased', { name: person.name }))
      onErased()
    } catch (thrown) {
      setProblem(toAppError(thrown).report())
    }
  }
  return (
    <Modal
      open
      onOpenChange={onClose}
      title={t('erase_title', { name: person.name })}
      text={t('erase_text')}
      actions={
        <>
          <Button onClick={onClose}>{t('erase_keep')}</Button>
          <Button look="danger" disabled={typed.trim() !== person.name.trim()} onClick={() => void erase()}>
            {t('erase')}
          </Button>
        </>
      }
    >
      <div className="grid gap-3 pt-3">
        <TextField label={t('erase_type', { name: person.name })} value={typed} onChange={setTyped} />
        {problem ? <ProblemNote problem={problem} /> : null}
      </div>
    </Modal>
  )
}
