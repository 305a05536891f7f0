import type { JobView } from '@hearth/contract'
import { Button, classNames, isMaking, Meter, useUnits } from '@hearth/ui'
import { AudioLines, Ban, Check, Image, type LucideIcon, Package, TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'use-intl'
import { useJob } from '../api/queries.ts'
import { useNaming } from '../frame/panels.tsx'
import { usePreview } from '../live/previews.ts'
import { useModelTitles } from '../models/model-titles.ts'
import { useNow } from '../settings/now.ts'
import { useJobActions } from './actions.ts'
import { secondsOf, shareOf, useJobWords } from './job-words.ts'

export interface JobRowProps {
  job: JobView
  /** Where its details are; on the page of jobs, with that page's filters. */
  href?: string
  onOpen?(): void
  selected?: boolean
}

/** One job in a list, alive: picture, name, what it is doing, the way to stop it. */
export function JobRow({ job: known, href, onOpen, selected }: JobRowProps) {
  const t = useTranslations('jobs')
  const job = useJob(known.id, known).data ?? known
  const naming = useNaming()(job)
  const actions = useJobActions()
  const active = job.state === 'running' || job.state === 'queued'
  return (
    <div
      className={classNames(
        'relative grid grid-cols-[40px_1fr_auto] items-center gap-x-3 gap-y-0.5 border-t border-line px-3.5 py-[11px] transition-colors hover:bg-hover',
        selected ? 'bg-hover' : '',
      )}
    >
      <JobPicture job={job} />
      <Link
        href={href ?? `/jobs/?job=${job.id}`}
        {...(onOpen ? { onClick: onOpen } : {})}
        aria-current={selected ? 'true' : undefined}
        className="truncate rounded-4 text-14 text-bright before:absolute before:inset-0"
      >
        {[naming.title, ...naming.chips.slice(0, 1)].join(', ')}
      </Link>
      {active ? (
        <Button size="small" look="quiet" className="relative" onClick={() => void actions.cancel(job.id)}>
          {t('cancel')}
        </Button>
      ) : (
        <StateSign job={job} />
      )}
      <JobLine job={job} />
    </div>
  )
}

/** A job's newest picture, or a sign for its kind. */
export function JobPicture({ job }: { job: JobView }) {
  const preview = usePreview(job.id, job.state === 'running' && job.progress !== null)
  const { panel } = useNaming()(job)
  const picture = job.outputs.find(file => file.mime.startsWith('image/'))
  const source = picture ? `${picture.url}?size=256` : job.state === 'running' ? preview : null
  const Icon: LucideIcon = !panel ? Package : isMaking(panel) && panel.frame(job.input) === 'whole' ? AudioLines : Image
  return (
    <span className="row-span-2 grid size-10 place-items-center overflow-hidden rounded-6 bg-canvas text-muted">
      {source ? <img src={source} alt="" className="size-full object-cover" /> : <Icon size={16} aria-hidden />}
    </span>
  )
}

function JobLine({ job }: { job: JobView }) {
  const words = useJobWords()
  const units = useUnits()
  const now = useNow(30_000)
  const titleOf = useModelTitles()
  const line = 'col-start-2 col-end-4 flex items-center gap-2 text-12 text-muted min-w-0'
  if (job.state === 'running') {
    return (
      <div className={line}>
        <Meter value={shareOf(job)} label={words.doing(job)} />
        <span className="tabular">{words.doing(job)}</span>
      </div>
    )
  }
  if (job.state === 'queued') return <div className={line}>{words.doing(job)}</div>
  if (job.state === 'failed' && job.error) {
    return (
      <div className={line}>
        <span className="line-clamp-2 wrap-anywhere">{job.error.message}</span>
      </div>
    )
  }
  return (
    <div className={line}>
      <span className="truncate" title={units.exact(job.finished_at ?? job.created_at)}>
        {units.ago(job.finished_at ?? job.created_at, now)} · {titleOf(job.model)}
      </span>
    </div>
  )
}

const signs = {
  succeeded: { icon: Check, className: 'text-good' },
  failed: { icon: TriangleAlert, className: 'text-bad' },
  cancelled: { icon: Ban, className: 'text-muted' },
}

/** A final state: colour, shape and word. */
export function StateSign({ job }: { job: JobView }) {
  const t = useTranslations('jobs')
  const units = useUnits()
  if (job.state === 'queued' || job.state === 'running') return null
  const { icon: Icon, className } = signs[job.state]
  const seconds = secondsOf(job)
  const word = job.state === 'succeeded' && seconds !== null ? units.duration(seconds) : t(`state_${job.state}`)
  return (
    <span className={classNames('inline-flex items-center gap-[7px] text-12 whitespace-nowrap tabular', className)}>
      <Icon size={14} aria-label={t(`state_${job.state}`)} />
      {word}
    </span>
  )
}
