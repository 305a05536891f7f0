import type { JobEvent } from '@hearth/contract'
import { classNames, useUnits } from '@hearth/ui'
import { useFormatter, useTranslations } from 'use-intl'
import { useEvents } from '../api/queries.ts'
import { LoadProblem } from '../frame/load-problem.tsx'
import { useModelTitles } from '../models/model-titles.ts'

/** Every durable event of a job, in order, with its time. */
export function JobHistory({ id }: { id: string }) {
  const events = useEvents(id)
  const format = useFormatter()
  const say = useEventWords()
  if (events.error) return <LoadProblem error={events.error} onRetry={() => void events.refetch()} />
  if (!events.data) return <div className="skeleton h-32" />
  // Pieces of an answer are read in the answer.
  const told = events.data.filter(({ type }) => type !== 'chunk')
  return (
    <ol className="relative grid gap-2 before:absolute before:top-2 before:bottom-2 before:left-[3px] before:w-px before:bg-line">
      {told.map(event => (
        <li key={event.seq} className="relative grid grid-cols-[7px_1fr_auto] items-baseline gap-3 text-13">
          <span className={classNames('relative top-[-1px] size-[7px] rounded-full', toneOf(event))} aria-hidden />
          <span className="wrap-anywhere text-ink">{say(event)}</span>
          <time dateTime={event.at} className="text-12 text-muted tabular">
            {format.dateTime(new Date(event.at), {
              hour: '2-digit',
              minute: '2-digit',
              second: '2-digit',
              hourCycle: 'h23',
            })}
          </time>
        </li>
      ))}
    </ol>
  )
}

function toneOf(event: JobEvent): string {
  if (event.type === 'succeeded') return 'bg-good'
  if (event.type === 'failed') return 'bg-bad'
  if (event.type === 'log' && event.level !== 'info') return event.level === 'warn' ? 'bg-warn' : 'bg-bad'
  return 'bg-line-strong'
}

/** An event as a sentence. */
function useEventWords(): (event: JobEvent) => string {
  const t = useTranslations('jobs')
  const units = useUnits()
  const titleOf = useModelTitles()
  return event => {
    switch (event.type) {
      case 'queued':
        return event.reason ? t('event_requeued', { reason: event.reason }) : t('event_queued')
      case 'started':
        return t('event_started', { attempt: event.attempt, model: titleOf(event.model), device: event.device })
      case 'progress': {
        const large = event.total > 100_000
        const done = large ? units.bytes(event.done) : units.number(event.done)
        const total = large ? units.bytes(event.total) : units.number(event.total)
        return [t('event_progress', { done, total }), event.message].filter(Boolean).join(' · ')
      }
      case 'log':
        return event.message
      case 'output':
        return t('event_output', { name: event.file.name, size: units.bytes(event.file.bytes) })
      case 'failed':
        return t('event_failed', { message: event.error.message })
      case 'preview':
      case 'chunk':
        return ''
      default:
        return t(`event_${event.type}`)
    }
  }
}
