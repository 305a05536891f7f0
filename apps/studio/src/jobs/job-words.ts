import type { JobView } from '@hearth/contract'
import { isMaking, useUnits } from '@hearth/ui'
import { useTranslations } from 'use-intl'
import { usePanels, usePanelTexts } from '../frame/panels.tsx'

/** Share of the work that is done; null while nobody knows. */
export function shareOf(job: JobView): number | null {
  if (!job.progress || job.progress.total <= 0) return null
  return job.progress.done / job.progress.total
}

/** Seconds a finished job took, from its start. */
export function secondsOf(job: JobView): number | null {
  if (!job.started_at || !job.finished_at) return null
  return (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000
}

/** What a job is doing, in words that stay true: never "stalled", never a state that nobody knows. */
export function useJobWords(): { doing(job: JobView): string; wait(job: JobView): string } {
  const t = useTranslations('jobs')
  const units = useUnits()
  const { all } = usePanels()
  const texts = usePanelTexts()
  /** As the task's panel puts it, where it does. */
  const own = ({ task }: JobView, done: number, total: number) => {
    const panel = all.find(candidate => candidate.task === task)
    return isMaking(panel) && done > 0 ? panel.doing?.(done, total, texts(task)) : undefined
  }
  return {
    wait(job) {
      if (job.queue_position === 1) return t('waiting_next')
      if (job.queue_position !== null) return t('waiting_place', { place: units.ordinal(job.queue_position) })
      return t('waiting')
    },
    doing(job) {
      if (job.state === 'queued') return job.attempt > 1 ? t('interrupted') : this.wait(job)
      if (job.state !== 'running') return t(`state_${job.state}`)
      if (!job.progress) return t('starting')
      const { done, total, seconds_left } = job.progress
      // Large numbers are bytes or samples: shares of a file read better than digits.
      const counted =
        total > 100_000
          ? units.bytesOf(done, total)
          : t('of_total', { done: units.number(done), total: units.number(total) })
      const amount = own(job, done, total) ?? counted
      if (seconds_left === undefined || done >= total) return amount
      return `${amount} · ${t('left', { time: units.about(seconds_left) })}`
    },
  }
}
