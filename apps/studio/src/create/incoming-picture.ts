import { type ErrorReport, toAppError } from '@hearth/contract'
import { type Panel, pictureOf } from '@hearth/ui'
import { type DragEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { mediaDesk } from '../api/media.ts'
import { notify } from '../frame/notices.tsx'
import { useReuse } from './reuse.ts'

/** Takes a picture that is dropped anywhere on the page as input of the task that takes one. */
export function useIncomingPicture(panel: Panel) {
  const t = useTranslations('create')
  const reuse = useReuse()
  const [over, setOver] = useState(false)
  const [problem, setProblem] = useState<ErrorReport | null>(null)

  const take = async (file: File) => {
    try {
      reuse.takeAsInput(await mediaDesk.store(file), undefined, panel.task)
      setProblem(null)
      notify(t('pasted'))
    } catch (thrown) {
      setProblem(toAppError(thrown).report())
    }
  }
  const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files')
  return {
    over,
    problem,
    handlers: {
      onDragOver(event: DragEvent) {
        if (!carriesFiles(event) || !reuse.canUseInput) return
        event.preventDefault()
        setOver(true)
      },
      onDragLeave(event: DragEvent) {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false)
      },
      onDrop(event: DragEvent) {
        setOver(false)
        const file = pictureOf(event.dataTransfer)
        if (!file || event.defaultPrevented) return
        event.preventDefault()
        void take(file)
      },
    },
  }
}
