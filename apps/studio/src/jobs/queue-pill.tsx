import type { JobView } from '@hearth/contract'
import { Dot, Floating, pillClass, useUnits } from '@hearth/ui'
import Link from 'next/link'
import { type ReactNode, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useJobs } from '../api/queries.ts'
import { JobRow } from './job-row.tsx'

/** Jobs that wait or run, in the order in which they matter: running first, then by place. */
export function useActiveJobs(): { running: JobView[]; waiting: JobView[]; more: boolean } {
  const active = useJobs({ state: 'queued,running', limit: 100 })
  const jobs = active.data?.pages.flatMap(page => page.jobs) ?? []
  const place = (job: JobView) => job.queue_position ?? Number.MAX_SAFE_INTEGER
  return {
    running: jobs.filter(job => job.state === 'running'),
    waiting: jobs.filter(job => job.state === 'queued').sort((a, b) => place(a) - place(b)),
    /** There are more than are listed here. */
    more: active.hasNextPage,
  }
}

const bold = (chunks: ReactNode) => <b className="font-strong text-ink">{chunks}</b>

/** What the machine has to do, in the bar; opens every job of every kind. */
export function QueuePill() {
  const t = useTranslations('queue')
  const [open, setOpen] = useState(false)
  const { running, waiting, more } = useActiveJobs()
  const busy = running.length > 0
  const counts = { running: running.length, waiting: `${waiting.length}${more ? '+' : ''}` }
  return (
    <Floating
      open={open}
      onOpenChange={setOpen}
      label={t('title')}
      className="w-[420px]"
      trigger={
        <button type="button" className={pillClass}>
          <Dot tone={busy ? 'live' : waiting.length > 0 ? 'warn' : 'off'} />
          {busy || waiting.length > 0 ? (
            <>
              <span>{t.rich(busy ? 'running' : 'waiting', { ...counts, b: bold })}</span>
              {busy && waiting.length > 0 ? (
                <span className="max-sm:hidden">· {t.rich('waiting', { ...counts, b: bold })}</span>
              ) : null}
            </>
          ) : (
            <span>{t('idle')}</span>
          )}
        </button>
      }
    >
      <Drawer running={running} waiting={waiting} close={() => setOpen(false)} />
    </Floating>
  )
}

function Drawer({ running, waiting, close }: { running: JobView[]; waiting: JobView[]; close(): void }) {
  const t = useTranslations('queue')
  const units = useUnits()
  const finished = useJobs({ state: 'succeeded,failed,cancelled', limit: 5 })
  const recent = finished.data?.pages[0]?.jobs.slice(0, 5) ?? []
  const nothing = running.length + waiting.length === 0
  return (
    <>
      {nothing ? <p className="px-4 py-5 text-13 text-muted">{t('nothing')}</p> : null}
      {running.length > 0 ? (
        <Section title={t('section_running')} aside={units.number(running.length)}>
          {running.map(job => (
            <JobRow key={job.id} job={job} onOpen={close} />
          ))}
        </Section>
      ) : null}
      {waiting.length > 0 ? (
        <Section title={t('section_waiting')} aside={units.number(waiting.length)}>
          {waiting.slice(0, 12).map(job => (
            <JobRow key={job.id} job={job} onOpen={close} />
          ))}
        </Section>
      ) : null}
      <Section
        title={t('section_finished')}
        aside={
          <Link href="/jobs/" onClick={close} className="rounded-4 hover:text-bright">
            {t('see_all')}
          </Link>
        }
      >
        {recent.map(job => (
          <JobRow key={job.id} job={job} onOpen={close} />
        ))}
        {finished.data && recent.length === 0 ? (
          <p className="border-t border-line px-4 py-3 text-12 text-muted">{t('nothing_finished')}</p>
        ) : null}
      </Section>
    </>
  )
}

function Section({ title, aside, children }: { title: string; aside: ReactNode; children: ReactNode }) {
  return (
    <section>
      <div className="flex justify-between border-t border-line bg-surface px-3.5 py-2 text-12 text-muted first:border-t-0">
        <h2 className="text-12 font-normal text-muted">{title}</h2>
        <span>{aside}</span>
      </div>
      {children}
    </section>
  )
}
