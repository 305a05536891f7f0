import type { ErrorReport } from '@hearth/contract'
import { Button, ProblemNote } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useReport } from '../frame/use-report.ts'
import { type CameraView, removeCamera } from './cameras-api.ts'

/** Its password is gone with it, so it is asked first. */
export function RemoveDialog(props: { camera: CameraView; onClose(): void; onRemoved(): void }) {
  const t = useTranslations('cameras')
  const client = useQueryClient()
  const reportOf = useReport()
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const remove = async () => {
    try {
      await removeCamera(client, props.camera.id)
      props.onRemoved()
    } catch (thrown) {
      setProblem(reportOf(thrown))
    }
  }
  return (
    <Modal
      open
      onOpenChange={props.onClose}
      title={t('remove_title', { name: props.camera.name })}
      text={t('remove_text')}
      actions={
        <>
          <Button onClick={props.onClose}>{t('remove_keep')}</Button>
          <Button look="danger" onClick={() => void remove()}>
            {t('remove_do')}
          </Button>
        </>
      }
    >
      {problem ? <ProblemNote className="mt-3" problem={problem} /> : null}
    </Modal>
  )
}
