'use client'
import { Button, boxClass, buttonClass, Nothing, useUnits } from '@hearth/ui'
import { useInfiniteQuery } from '@tanstack/react-query'
import { DoorOpen, Download, KeyRound, MonitorSmartphone } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'use-intl'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { LoadProblem } from '../frame/load-problem.tsx'
import { Page, PageHead } from '../frame/page-head.tsx'
import { PageWords } from '../frame/page-words.tsx'
import { PlaceTabs } from '../frame/place-tabs.tsx'
import { useAddress } from '../settings/address.ts'
import { attendanceWords } from './attendance-words.ts'
import { KioskSettings } from './kiosk-settings.tsx'

interface Entry {
  id: number
  at: string
  person: { id: string; name: string | null }
  challenged: boolean
  similarity: number
}

/** Kiosks: who came, and how they greet. */
export function AttendanceView() {
  return (
    <PageWords name="attendance" words={attendanceWords}>
      <Attendance />
    </PageWords>
  )
}

function Attendance() {
  const t = useTranslations('attendance')
  return (
    <Page>
      <PlaceTabs current="attendance" />
      <div className="max-w-[1180px]">
        <PageHead title={t('title')}>
          <Link href="/keys/" className={buttonClass('plain')}>
            <KeyRound size={16} aria-hidden />
            {t('make_key')}
          </Link>
          <a href="/kiosk/" target="_blank" rel="noopener" className={buttonClass('plain')}>
            <MonitorSmartphone size={16} aria-hidden />
            {t('open')}
          </a>
        </PageHead>
        <p className="mb-6 max-w-[640px] text-muted">{t('text', { address: `${window.location.origin}/kiosk` })}</p>
        <div className="grid gap-10 lg:grid-cols-[1fr_360px]">
          <Came />
          <KioskSettings />
        </div>
      </div>
    </Page>
  )
}

/** The ends of days, where one is. */
function period(from: string, to: string): { since?: string; until?: string } {
  return {
    ...(from ? { since: new Date(`${from}T00:00:00`).toISOString() } : {}),
    ...(to ? { until: new Date(new Date(`${to}T00:00:00`).getTime() + 24 * 3600_000).toISOString() } : {}),
  }
}

function Came() {
  const t = useTranslations('attendance')
  const [address, setAddress] = useAddress()
  const [from, to] = [address.get('since') ?? '', address.get('until') ?? '']
  const bounds = period(from, to)
  const list = useInfiniteQuery({
    queryKey: cached.attendance(bounds),
    queryFn: ({ signal, pageParam }) =>
      request<{ entries: Entry[]; next_before: number | null }>('/kiosk/attendance', {
        query: { ...bounds, before: pageParam },
        signal,
      }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: page => page.next_before ?? undefined,
    refetchInterval: 10_000,
  })
  const entries = list.data?.pages.flatMap(page => page.entries) ?? []
  return (
    <section aria-label={t('attendance')} className="min-w-0">
      <div className="mb-3 flex flex-wrap items-end gap-3">
        <h2 className="mr-auto text-15">{t('attendance')}</h2>
        <DayField label={t('since')} value={from} onChange={since => setAddress({ since })} />
        <DayField label={t('until')} value={to} onChange={until => setAddress({ until })} />
        <a
          className={buttonClass('plain')}
          href={`/api/v1/kiosk/attendance.csv?${new URLSearchParams(bounds)}`}
          download="attendance.csv"
        >
          <Download size={16} aria-hidden />
          {t('export')}
        </a>
      </div>
      {list.error ? <LoadProblem error={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.isPending ? <div className="skeleton h-40" /> : null}
      {list.data && entries.length === 0 ? (
        <Nothing icon={DoorOpen} title={t('none_title')} text={t('none_text')} />
      ) : null}
      {entries.length > 0 ? <Entries entries={entries} /> : null}
      {list.hasNextPage ? (
        <Button className="mt-4" onClick={() => void list.fetchNextPage()}>
          {t('more')}
        </Button>
      ) : null}
    </section>
  )
}

function DayField({ label, value, onChange }: { label: string; value: string; onChange(value: string): void }) {
  return (
    <label className="flex items-center gap-2 text-12 text-muted">
      {label}
      <span className={`${boxClass} px-2`}>
        <input
          type="date"
          value={value}
          onChange={event => onChange(event.target.value)}
          className="h-[30px] bg-transparent text-13 text-ink outline-none"
        />
      </span>
    </label>
  )
}

function Entries({ entries }: { entries: Entry[] }) {
  const t = useTranslations('attendance')
  const units = useUnits()
  const head = 'px-3 py-2 text-left text-12 font-normal text-muted'
  const cell = 'px-3 py-2.5'
  return (
    <table className="w-full border-collapse text-13">
      <thead>
        <tr className="border-b border-line">
          <th className={head}>{t('col_when')}</th>
          <th className={head}>{t('col_who')}</th>
          <th className={`${head} max-sm:hidden`}>{t('col_how')}</th>
          <th className={`${head} text-right max-sm:hidden`}>{t('col_likeness')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(entry => (
          <tr key={entry.id} className="border-b border-line">
            <td className={`${cell} text-muted tabular`}>{units.exact(entry.at)}</td>
            <td className={`${cell} font-medium text-bright`}>
              {entry.person.name === null ? (
                <span className="font-normal text-muted">{t('gone')}</span>
              ) : (
                <Link href={`/people/?person=${entry.person.id}`} className="rounded-4 hover:underline">
                  {entry.person.name}
                </Link>
              )}
            </td>
            <td className={`${cell} text-muted max-sm:hidden`}>
              {entry.challenged ? t('challenged') : t('not_challenged')}
            </td>
            <td className={`${cell} text-right text-muted tabular max-sm:hidden`}>{entry.similarity.toFixed(2)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
