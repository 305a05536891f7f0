import type { JobView } from '@hearth/contract'
import { Button, buttonClass, classNames, IconButton, Meter, Nothing, ProblemNote, useUnits } from '@hearth/ui'
import { SoundFile } from '@hearth/ui/sound'
import { useQueryClient } from '@tanstack/react-query'
import { ArrowLeft, Copy, FileQuestion, RotateCcw, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'use-intl'
import { useJob } from '../api/queries.ts'
import { Fact, Facts } from '../frame/facts.tsx'
import { notify } from '../frame/notices.tsx'
import { useNaming } from '../frame/panels.tsx'
import { deleteLater } from '../gallery/deferred-delete.ts'
import { isActive } from '../live/apply-event.ts'
import { usePreview } from '../live/previews.ts'
import { useModelTitles } from '../models/model-titles.ts'
import { useAddress } from '../settings/address.ts'
import { useNow } from '../settings/now.ts'
import { useJobActions } from './actions.ts'
import { JobHistory } from './job-history.tsx'
import { StateSign } from './job-row.tsx'
import { shareOf, useJobWords } from './job-words.ts'

/** One job: what it is, what came of it, and everything that happened to it. */
export function JobDetail({ id, onClose }: { id: string; onClose(): void }) {
  const t = useTranslations('jobs')
  const { data: job, error } = useJob(id)
  if (error && !job) {
    return (
      <Nothing
        icon={FileQuestion}
        title={t('not_found_title')}
        text={t('not_found_text')}
        action={<Button onClick={onClose}>{t('clear')}</Button>}
      />
    )
  }
  if (!job) return <div className="skeleton m-6 h-40" />
  return (
    <article aria-label={t('details')} className="mx-auto max-w-[860px] px-8 pt-6 pb-10 max-sm:px-4">
      <Head job={job} onClose={onClose} />
      {job.error ? <ProblemNote className="mt-4" problem={job.error} /> : null}
      <Progress job={job} />
      <Outputs job={job} />
      <div className="mt-7 grid grid-cols-2 gap-x-10 gap-y-7 max-lg:grid-cols-1">
        <section>
          <h2 className="mb-2.5">{t('history')}</h2>
          <JobHistory id={id} />
        </section>
        <section>
          <h2 className="mb-2.5">{t('details')}</h2>
          <JobFacts job={job} />
          <h2 className="mt-6 mb-2.5">{t('input')}</h2>
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too
            tabIndex={0}
            className="max-h-80 overflow-auto rounded-8 border border-line bg-canvas px-3.5 py-3 font-mono text-12 leading-relaxed"
          >
            {JSON.stringify(job.input, null, 2)}
          </pre>
        </section>
      </div>
    </article>
  )
}

function Head({ job, onClose }: { job: JobView; onClose(): void }) {
  const t = useTranslations('jobs')
  const g = useTranslations('gallery')
  const client = useQueryClient()
  const [, setAddress] = useAddress()
  const actions = useJobActions()
  const words = useJobWords()
  const naming = useNaming()(job)
  const again = async () => {
    const next = await actions.retry(job.id)
    if (next) setAddress({ job: next.id })
  }
  const remove = () => {
    deleteLater(client, job.id, { done: t('deleted'), undo: g('undo') })
    onClose()
  }
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
      <IconButton label={t('clear')} className="md:hidden" onClick={onClose}>
        <ArrowLeft size={18} aria-hidden />
      </IconButton>
      <div className="min-w-0 flex-1 basis-60">
        <h1 className="line-clamp-3 wrap-anywhere">{naming.title}</h1>
        <p className="mt-0.5 flex items-center gap-2 text-13 text-muted">
          {naming.kind} · {isActive(job) ? words.doing(job) : <StateSign job={job} />}
        </p>
      </div>
      <div className="flex gap-2">
        {isActive(job) ? (
          <Button onClick={() => void actions.cancel(job.id)}>{t('cancel')}</Button>
        ) : (
          <>
            <Button onClick={() => void again()}>
              <RotateCcw size={16} aria-hidden />
              {t('retry')}
            </Button>
            <Button look="danger" onClick={remove}>
              <Trash2 size={16} aria-hidden />
              {t('delete')}
            </Button>
          </>
        )}
      </div>
    </div>
  )
}

function Progress({ job }: { job: JobView }) {
  const words = useJobWords()
  const preview = usePreview(job.id, job.state === 'running' && job.progress !== null)
  if (job.state !== 'running') return null
  return (
    <div className="mt-5 grid gap-3">
      <Meter value={shareOf(job)} label={words.doing(job)} className="w-full" />
      {preview ? <img src={preview} alt="" className="size-40 rounded-10 bg-paper object-contain" /> : null}
    </div>
  )
}

function Outputs({ job }: { job: JobView }) {
  const g = useTranslations('gallery')
  const units = useUnits()
  if (job.outputs.length === 0 || job.state !== 'succeeded') return null
  return (
    <ul className="mt-5 flex flex-wrap gap-3">
      {job.outputs.map((file, index) =>
        file.mime.startsWith('image/') ? (
          <li key={file.name}>
            <Link href={`/gallery/?job=${job.id}&picture=${index}`} aria-label={g('open', { title: file.name })}>
              <img
                src={`${file.url}?size=256`}
                alt=""
                className="size-40 rounded-10 border border-line bg-paper object-contain max-sm:size-28"
              />
            </Link>
          </li>
        ) : (
          <li key={file.name} className={file.mime.startsWith('audio/') ? 'grid w-full gap-2' : ''}>
            {file.mime.startsWith('audio/') ? <SoundFile source={file.url} label={file.name} /> : null}
            <a href={file.url} download={file.name} className={classNames(buttonClass('plain'), 'justify-self-start')}>
              {file.name} · {units.bytes(file.bytes)}
            </a>
          </li>
        ),
      )}
    </ul>
  )
}

function JobFacts({ job }: { job: JobView }) {
  const t = useTranslations('jobs')
  const units = useUnits()
  const now = useNow(30_000)
  const titleOf = useModelTitles()
  const time = (iso: string | null) => (iso ? <span title={units.exact(iso)}>{units.ago(iso, now)}</span> : null)
  const copy = async () => {
    await navigator.clipboard.writeText(job.id)
    notify(t('copied_id'), { seconds: 2 })
  }
  return (
    <Facts right>
      <Fact label={t('model')}>{titleOf(job.model)}</Fact>
      <Fact label={t('priority')}>{t(`priority_${job.priority}`)}</Fact>
      <Fact label={t('created')}>{time(job.created_at)}</Fact>
      <Fact label={t('started')}>{time(job.started_at)}</Fact>
      <Fact label={t('finished')}>{time(job.finished_at)}</Fact>
      <Fact label={t('retry_of')}>
        {job.retry_of ? (
          <Link className="rounded-4 font-mono text-12 underline" href={`/jobs/?job=${job.retry_of}`}>
            {job.retry_of.slice(-8)}
          </Link>
        ) : null}
      </Fact>
      <Fact label={t('id')}>
        <span className="flex items-center justify-end gap-1">
          <span className="truncate font-mono text-12">{job.id}</span>
          <IconButton small label={t('copy_id')} onClick={() => void copy()}>
            <Copy size={14} aria-hidden />
          </IconButton>
        </span>
      </Fact>
    </Facts>
  )
}
