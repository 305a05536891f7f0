import { type JobView, type ModelView, toAppError } from '@hearth/contract'
import { Button, buttonClass, Modal, useUnits } from '@hearth/ui'
import { useQueryClient } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { notify } from '../frame/notices.tsx'

/** Gets a model; asks for its licence first where it has to be accepted. Render `dialog` once. */
export function usePull() {
  const t = useTranslations('models')
  const units = useUnits()
  const client = useQueryClient()
  const [asked, setAsked] = useState<ModelView | null>(null)

  const send = async (model: ModelView, accepted: boolean) => {
    setAsked(null)
    try {
      const job = await request<JobView>(`/models/${model.id}/pull`, {
        method: 'POST',
        body: { accept_licence: accepted },
      })
      client.setQueryData(cached.job(job.id), job)
    } catch (thrown) {
      const report = toAppError(thrown).report()
      notify([report.message, report.hint].filter(Boolean).join(' '), { seconds: 8 })
    }
    void client.invalidateQueries({ queryKey: cached.jobs })
    void client.invalidateQueries({ queryKey: cached.models })
  }
  const start = (model: ModelView) => {
    if (model.licence.must_accept) setAsked(model)
    else void send(model, false)
  }
  const dialog = asked ? (
    <Modal
      open
      onOpenChange={() => setAsked(null)}
      title={t('licence_title', { name: asked.title })}
      text={
        <>
          <p>{t('licence_text', { name: asked.title, licence: asked.licence.id })}</p>
          {asked.licence.url ? (
            <a href={asked.licence.url} target="_blank" rel="noreferrer" className={`${buttonClass('plain')} mt-4`}>
              <ExternalLink size={16} aria-hidden />
              {t('licence_open')}
            </a>
          ) : null}
        </>
      }
      actions={
        <>
          <Button onClick={() => setAsked(null)}>{t('cancel_dialog')}</Button>
          <Button look="main" onClick={() => void send(asked, true)}>
            {t('licence_get', { size: units.bytes(asked.bytes) })}
          </Button>
        </>
      }
    />
  ) : null
  return { start, dialog }
}
