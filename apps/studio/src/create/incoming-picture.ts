import { type ErrorReport, type MediaKind, toAppError } from '@hearth/contract'
import type { Panel } from '@hearth/ui'
import { type DragEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { mediaDesk } from '../api/media.ts'
import { notify } from '../frame/notices.tsx'
import { useReuse } from './reuse.ts'

/** A video is taken for its sound. */
const isTaken = (type: string, media: MediaKind) =>
  type.startsWith(`${media}/`) || (media === 'audio' && type.startsWith('video/'))

/** Takes what is dropped anywhere on the page as input: of this task if it takes such, else of one that takes pictures. */
export function useIncomingPicture(panel: Panel) {
  const t = useTranslations('create')
  const reuse = useReuse()
  const [over, setOver] = useState(false)
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const media = panel.accepts?.media ?? 'image'

  const take = async (file: File) => {
    try {
      reuse.takeAsInput(await mediaDesk.store(file), undefined, panel.task, media)
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
        if (!carriesFiles(event) || event.defaultPrevented) return
        event.preventDefault()
        const file = [...event.dataTransfer.files].find(({ type }) => isTaken(type, media))
        if (file) void take(file)
        else setProblem({ code: 'unsupported-media', message: t('not_taken'), retryable: false })
      },
    },
  }
}
