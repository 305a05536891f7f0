import type { ModelView, ResidentView } from '@hearth/contract'
import { Button, Dot, Meter, useUnits } from '@hearth/ui'
import { ChevronRight, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { Fact, Facts } from '../frame/facts.tsx'
import { useTaskNames } from '../frame/panels.tsx'
import { useJobActions } from '../jobs/actions.ts'
import { useActiveJobs } from '../jobs/queue-pill.tsx'

export interface ModelRowProps {
  model: ModelView
  /** Bytes free on the disk; null while unknown. */
  free: number | null
  residents: ResidentView[]
  open: boolean
  onToggle(): void
  onGet(): void
  onRemove(): void
}

/** The tasks a model serves, in words. */
function useTaskWords(): (ids: string[]) => string {
  const nameOf = useTaskNames()
  return ids => ids.map(nameOf).join(', ')
}

export function ModelRow(props: ModelRowProps) {
  const { model, open, onToggle } = props
  const t = useTranslations('models')
  const c = useTranslations('create')
  const units = useUnits()
  const does = useTaskWords()
  const cell = 'px-3 py-[11px] align-middle'
  return (
    <tbody className="border-b border-line">
      <tr className="max-sm:grid max-sm:grid-cols-[1fr_auto]">
        <td className={cell}>
          <button
            type="button"
            aria-expanded={open}
            onClick={onToggle}
            className="group -ml-1 flex items-center gap-1.5 rounded-4 px-1 text-left font-medium text-bright"
          >
            <ChevronRight
              size={14}
              className="text-muted transition-transform group-aria-expanded:rotate-90"
              aria-hidden
            />
            {model.title}
            {model.starter ? <Tag>{c('starter')}</Tag> : null}
            {model.default_for.length > 0 ? <Tag>{t('default')}</Tag> : null}
          </button>
        </td>
        <td className={`${cell} text-muted max-md:hidden`}>{does(model.tasks)}</td>
        <td className={`${cell} text-muted max-lg:hidden`}>{model.licence.id}</td>
        <td className={`${cell} text-right text-ink tabular`}>{units.bytes(model.bytes)}</td>
        <td className={`${cell} w-[290px] max-sm:col-span-2 max-sm:w-auto max-sm:pt-0`}>
          <State {...props} />
        </td>
      </tr>
      {open ? (
        <tr>
          <td colSpan={5} className="px-3 pt-0 pb-4 pl-8">
            <Details model={model} does={does(model.tasks)} />
          </td>
        </tr>
      ) : null}
    </tbody>
  )
}

const Tag = ({ children }: { children: ReactNode }) => (
  <span className="rounded-full border border-line px-1.5 text-11 font-normal text-muted">{children}</span>
)

/** What it is doing here and what can be done about it. */
function State({ model, free, residents, onGet, onRemove }: ModelRowProps) {
  const t = useTranslations('models')
  const units = useUnits()
  if (model.state === 'pulling') return <Pulling model={model} />
  if (model.state === 'broken') {
    return (
      <div className="flex items-start gap-2 text-12 text-bad">
        <TriangleAlert size={14} className="mt-0.5" aria-hidden />
        <span className="flex-1 wrap-anywhere">
          {t('broken')}: {model.reason}
        </span>
        {model.removable ? <RemoveButton onRemove={onRemove} /> : null}
      </div>
    )
  }
  if (model.state === 'installed') {
    const loaded = residents.some(resident => resident.model === model.id)
    return (
      <div className="flex items-center gap-2 text-12">
        <span className="flex flex-1 items-center gap-[7px] text-ink">
          <Dot tone={loaded ? 'good' : 'off'} />
          {loaded ? t('loaded') : t('ready')}
        </span>
        {model.removable ? <RemoveButton onRemove={onRemove} /> : null}
      </div>
    )
  }
  const short = free !== null && model.bytes > free
  return (
    <div className="flex items-center gap-2">
      <Button size="small" disabled={short} onClick={onGet}>
        {model.licence.must_accept ? t('read_licence') : model.pulled ? t('resume') : t('get')}
      </Button>
      {short ? (
        <span className="text-12 text-warn">
          {t('no_space', { needed: units.bytes(model.bytes), free: units.bytes(free) })}
        </span>
      ) : null}
    </div>
  )
}

function RemoveButton({ onRemove }: { onRemove(): void }) {
  const t = useTranslations('models')
  return (
    <Button size="small" look="quiet" onClick={onRemove}>
      {t('remove')}
    </Button>
  )
}

/** A pull is a job like any other: its progress comes live and it can be stopped. */
function Pulling({ model }: { model: ModelView }) {
  const t = useTranslations('models')
  const units = useUnits()
  const actions = useJobActions()
  const { running, waiting } = useActiveJobs()
  const job = [...running, ...waiting].find(candidate => Object.values(candidate.input).includes(model.id))
  const done = job?.progress?.done ?? model.pulled?.done ?? 0
  const total = job?.progress?.total ?? model.pulled?.total ?? model.bytes
  const left = job?.progress?.seconds_left
  const words =
    job?.state === 'queued'
      ? t('waiting')
      : [units.bytesOf(done, total), ...(left === undefined ? [] : [units.about(left)])].join(' · ')
  return (
    <div className="flex items-center gap-2 text-12 text-muted tabular">
      <Meter value={total > 0 ? done / total : null} label={words} />
      <span className="whitespace-nowrap">{words}</span>
      {job ? (
        <Button size="small" look="quiet" onClick={() => void actions.cancel(job.id)}>
          {t('cancel')}
        </Button>
      ) : null}
    </div>
  )
}

function Details({ model, does }: { model: ModelView; does: string }) {
  const t = useTranslations('models')
  return (
    <div className="grid max-w-[760px] gap-3">
      <p className="text-13 text-ink">{model.description}</p>
      {model.notes.map(note => (
        <p key={note} className="flex gap-1.5 text-12 text-warn">
          <TriangleAlert size={14} className="mt-0.5" aria-hidden />
          {note}
        </p>
      ))}
      <Facts>
        <Fact label={t('col_does')}>{does}</Fact>
        <Fact label={t('col_licence')}>
          {model.licence.url ? (
            <a
              href={model.licence.url}
              target="_blank"
              rel="noreferrer"
              className="underline decoration-line-strong underline-offset-3 hover:text-bright"
            >
              {model.licence.id}
            </a>
          ) : (
            model.licence.id
          )}
        </Fact>
        <Fact label={t('precision')}>{model.precision}</Fact>
        <Fact label={t('sources')} mono>
          {model.sources.join(', ')}
        </Fact>
        <Fact label={t('digest')} mono>
          {model.digest}
        </Fact>
      </Facts>
    </div>
  )
}
