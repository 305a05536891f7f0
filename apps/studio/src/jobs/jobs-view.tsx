'use client'
import { Button, buttonClass, Chip, Nothing } from '@hearth/ui'
import { ListChecks, SearchX } from 'lucide-react'
import Link from 'next/link'
import { useCallback } from 'react'
import { useTranslations } from 'use-intl'
import { useJobs } from '../api/queries.ts'
import { LoadProblem } from '../frame/load-problem.tsx'
import { PageHead } from '../frame/page-head.tsx'
import { SearchField } from '../frame/search-field.tsx'
import { useGoing } from '../gallery/deferred-delete.ts'
import { addressWith, useAddress } from '../settings/address.ts'
import { JobDetail } from './job-detail.tsx'
import { JobRow } from './job-row.tsx'
import { jobStateFilters } from './job-states.ts'

/** Every job of every kind, with what happened to it. */
export function JobsView() {
  const t = useTranslations('jobs')
  const [address, setAddress] = useAddress()
  const going = useGoing()
  const text = address.get('q') ?? ''
  const state = address.get('state') ?? ''
  const selected = address.get('job')
  const list = useJobs({ limit: 50, ...(text ? { text } : {}), ...(state ? { state } : {}) })
  const jobs = list.data?.pages.flatMap(page => page.jobs).filter(job => !going.has(job.id)) ?? []
  const search = useCallback((q: string) => setAddress({ q }), [setAddress])
  return (
    <div className="grid h-full grid-cols-[minmax(380px,520px)_1fr] max-md:grid-cols-1">
      <section
        className={`flex min-h-0 flex-col border-r border-line max-md:border-r-0 ${selected ? 'max-md:hidden' : ''}`}
      >
        <div className="px-4 pt-6 max-sm:pt-5">
          <PageHead title={t('title')}>
            <SearchField label={t('search')} value={text} onChange={search} />
          </PageHead>
          <fieldset className="mb-3.5 flex gap-2 overflow-x-auto">
            <legend className="sr-only">{t('states')}</legend>
            <Chip pressed={state === ''} onClick={() => setAddress({ state: null })}>
              {t('all')}
            </Chip>
            {jobStateFilters.map(filter => (
              <Chip
                key={filter}
                pressed={state === filter}
                onClick={() => setAddress({ state: state === filter ? null : filter })}
              >
                {t(`state_${filter}`)}
              </Chip>
            ))}
          </fieldset>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto border-t border-line">
          {list.error ? <LoadProblem error={list.error} onRetry={() => void list.refetch()} /> : null}
          {list.isPending ? <Waiting /> : null}
          {jobs.map(job => (
            <JobRow key={job.id} job={job} selected={job.id === selected} href={addressWith({ job: job.id })} />
          ))}
          {list.data && jobs.length === 0 ? (
            <Empty filtered={text !== '' || state !== ''} onClear={() => setAddress({ q: null, state: null })} />
          ) : null}
          {list.hasNextPage ? (
            <div className="grid place-items-center border-t border-line py-3">
              <Button look="quiet" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {t('more')}
              </Button>
            </div>
          ) : null}
        </div>
      </section>
      <section className={`min-h-0 overflow-y-auto ${selected ? '' : 'max-md:hidden'}`}>
        {selected ? (
          <JobDetail key={selected} id={selected} onClose={() => setAddress({ job: null })} />
        ) : (
          <p className="grid h-full place-items-center p-8 text-13 text-muted">{t('pick')}</p>
        )}
      </section>
    </div>
  )
}

function Empty({ filtered, onClear }: { filtered: boolean; onClear(): void }) {
  const t = useTranslations('jobs')
  const g = useTranslations('gallery')
  if (filtered)
    return (
      <Nothing
        icon={SearchX}
        title={t('none_title')}
        text={t('none_text')}
        action={<Button onClick={onClear}>{t('clear')}</Button>}
      />
    )
  return (
    <Nothing
      icon={ListChecks}
      title={t('empty_title')}
      text={t('empty_text')}
      action={
        <Link href="/" className={buttonClass('main')}>
          {g('empty_action')}
        </Link>
      }
    />
  )
}

function Waiting() {
  return (
    <div className="grid gap-px">
      {['a', 'b', 'c', 'd', 'e', 'f'].map(place => (
        <div key={place} className="grid grid-cols-[40px_1fr] gap-3 px-3.5 py-[11px]">
          <div className="skeleton size-10" />
          <div className="grid content-center gap-2">
            <div className="skeleton h-3.5 w-1/2" />
            <div className="skeleton h-3 w-1/3" />
          </div>
        </div>
      ))}
    </div>
  )
}
