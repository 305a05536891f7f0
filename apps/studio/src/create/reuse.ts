import type { JobView, MediaKind } from '@hearth/contract'
import { isLooking, isMaking } from '@hearth/ui'
import { useRouter } from 'next/navigation'
import { usePanels } from '../frame/panels.tsx'
import { homeOf } from '../frame/places.ts'
import { patched, writeDraft } from './draft.ts'

/** Ways from a picture back to the place where pictures are made. */
export function useReuse() {
  const { all, tasks } = usePanels()
  const router = useRouter()
  const accepting = (prefer?: string, media: MediaKind = 'image') => {
    const able = all.filter(panel => panel.accepts?.media === media)
    return able.find(panel => panel.task === prefer) ?? able[0]
  }
  const masking = all.find(panel => panel.accepts?.mask !== undefined)
  const addressOf = (task: string) => `${homeOf(tasks.find(one => one.id === task)?.capability)}?task=${task}`
  return {
    /** Whether any task here starts from a picture. */
    canUseInput: accepting() !== undefined,
    /** Puts a picture, or what else is given, into the task that takes it (`prefer` if it does) and goes there. */
    takeAsInput(reference: string, prompt?: string, prefer?: string, media?: MediaKind) {
      const panel = accepting(prefer, media)
      if (!panel?.accepts) return
      if (isLooking(panel)) {
        router.push(`${addressOf(panel.task)}&picture=${encodeURIComponent(reference)}`)
        return
      }
      const { field, mask } = panel.accepts
      writeDraft(panel.task, before =>
        patched(before, {
          [field]: reference,
          ...(mask ? { [mask]: undefined } : {}),
          ...(prompt && before.values.prompt === undefined ? { prompt } : {}),
        }),
      )
      router.push(addressOf(panel.task))
    },
    /** Whether any task here changes a part of a picture. */
    canUseMask: masking !== undefined,
    /** Puts a picture and a mask of it into the task that takes both, and goes there. */
    takeAsMask(picture: string, mask: string) {
      const accepts = masking?.accepts
      if (!masking || accepts?.mask === undefined) return
      const patch = { [accepts.field]: picture, [accepts.mask]: mask }
      writeDraft(masking.task, before => patched(before, patch))
      router.push(addressOf(masking.task))
    },
    /** Fills the form with what made this output. */
    takeSettings(job: JobView, index: number) {
      const panel = all.find(candidate => candidate.task === job.task)
      if (!isMaking(panel)) return
      writeDraft(panel.task, () => ({ values: panel.settings(job, index), model: job.model }))
      router.push(addressOf(panel.task))
    },
  }
}
