import type { JobView } from '@hearth/contract'
import { useRouter } from 'next/navigation'
import { usePanels } from '../frame/panels.tsx'
import { patched, writeDraft } from './draft.ts'

/** Ways from a picture back to the place where pictures are made. */
export function useReuse() {
  const { all } = usePanels()
  const router = useRouter()
  const accepting = (prefer?: string) =>
    all.find(panel => panel.task === prefer && panel.accepts) ?? all.find(panel => panel.accepts?.media === 'image')
  return {
    /** Whether any task here starts from a picture. */
    canUseInput: accepting() !== undefined,
    /** Puts a picture into the task that takes one (`prefer` if it does) and goes there. */
    takeAsInput(reference: string, prompt?: string, prefer?: string) {
      const panel = accepting(prefer)
      if (!panel?.accepts) return
      const field = panel.accepts.field
      writeDraft(panel.task, before =>
        patched(before, {
          [field]: reference,
          mask: undefined,
          ...(prompt && before.values.prompt === undefined ? { prompt } : {}),
        }),
      )
      router.push(`/?task=${panel.task}`)
    },
    /** Fills the form with what made this output. */
    takeSettings(job: JobView, index: number) {
      const panel = all.find(candidate => candidate.task === job.task)
      if (!panel) return
      writeDraft(panel.task, () => ({ values: panel.settings(job, index), model: job.model }))
      router.push(`/?task=${panel.task}`)
    },
  }
}
