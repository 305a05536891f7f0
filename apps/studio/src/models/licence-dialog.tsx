import type { ModelView } from '@hearth/contract'
import { Button, buttonClass, useUnits } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { ExternalLink } from 'lucide-react'
import { useTranslations } from 'use-intl'

/** Asks before weights come whose licence has to be accepted. */
export function LicenceDialog({ model, onClose, onAccept }: { model: ModelView; onClose(): void; onAccept(): void }) {
  const t = useTranslations('models')
  const units = useUnits()
  return (
    <Modal
      open
      onOpenChange={onClose}
      title={t('licence_title', { name: model.title })}
      text={
        <>
          <p>{t('licence_text', { name: model.title, licence: model.licence.id })}</p>
          {model.licence.url ? (
            <a href={model.licence.url} target="_blank" rel="noreferrer" className={`${buttonClass('plain')} mt-4`}>
              <ExternalLink size={16} aria-hidden />
              {t('licence_open')}
            </a>
          ) : null}
        </>
      }
      actions={
        <>
          <Button onClick={onClose}>{t('cancel_dialog')}</Button>
          <Button look="main" onClick={onAccept}>
            {t('licence_get', { size: units.bytes(model.bytes) })}
          </Button>
        </>
      }
    />
  )
}
