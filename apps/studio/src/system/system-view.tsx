'use client'
import type { WorkerView } from '@hearth/contract'
import { Dot, Nothing, useUnits } from '@hearth/ui'
import { useQuery } from '@tanstack/react-query'
import { HeartPulse, ServerOff, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { useSystem } from '../api/queries.ts'
import { LoadProblem } from '../frame/load-problem.tsx'
import { Page, PageHead } from '../frame/page-head.tsx'
import { useModelTitles } from '../models/model-titles.ts'
import { useNow } from '../settings/now.ts'
import { DeviceRow } from './device-row.tsx'

/** What the machine has, what it does, and why. */
export function SystemView() {
  const t = useTranslations('system')
  const units = useUnits()
  const system = useSystem()
  const data = system.data
  const workers = data?.workers ?? []
  return (
    <Page>
      <div className="max-w-[1240px]">
        <PageHead title={t('title')} note={data ? t('version', { version: data.version }) : null} />
        {system.error && !data ? <LoadProblem error={system.error} onRetry={() => void system.refetch()} /> : null}
        {system.isPending ? <div className="skeleton h-72" /> : null}
        {data ? (
          <>
            <div className="mb-8 flex flex-wrap gap-x-10 gap-y-4">
              <Health />
              <Figure
                label={t('queue')}
                value={t('queue_text', { running: data.queue.running, waiting: data.queue.queued })}
              />
              <Figure
                label={t('disk')}
                value={t('disk_free', {
                  free: units.bytes(data.disk.free_bytes),
                  total: units.bytes(data.disk.total_bytes),
                })}
              />
            </div>
            {workers.length === 0 ? (
              <Nothing icon={ServerOff} title={t('no_workers_title')} text={t('no_workers_text')} />
            ) : null}
            {workers.map(worker => (
              <Worker key={worker.id} worker={worker} />
            ))}
          </>
        ) : null}
      </div>
    </Page>
  )
}

function Figure({ label, value, children }: { label: string; value: ReactNode; children?: ReactNode }) {
  return (
    <div>
      <p className="text-12 text-muted">{label}</p>
      <p className="text-20 leading-snug font-strong tracking-[-0.015em] text-bright tabular">{value}</p>
      {children}
    </div>
  )
}

interface HealthReport {
  ok: boolean
  reasons: string[]
}

/** Asked of the address that monitors ask: whether a job sent now would run. */
function useHealth() {
  return useQuery({
    queryKey: ['health'],
    queryFn: async ({ signal }): Promise<HealthReport> => {
      const response = await fetch('/health', { signal })
      const body = (await response.json()) as { reasons: string[] }
      return { ok: response.ok, reasons: body.reasons }
    },
    refetchInterval: 10_000,
  })
}

function Health() {
  const t = useTranslations('system')
  const health = useHealth()
  const good = health.data?.ok ?? false
  return (
    <Figure
      label={good ? t('health_good_text') : (health.data?.reasons.join(', ') ?? ' ')}
      value={
        <span className={`flex items-center gap-2 ${good ? 'text-good' : 'text-warn'}`}>
          {good ? <HeartPulse size={18} aria-hidden /> : <TriangleAlert size={18} aria-hidden />}
          {good ? t('health_good') : t('health_bad')}
        </span>
      }
    />
  )
}

function Worker({ worker }: { worker: WorkerView }) {
  const t = useTranslations('system')
  const units = useUnits()
  const now = useNow(5000)
  return (
    <section className="mb-10">
      <div className="mb-2 flex flex-wrap items-baseline gap-x-3">
        <h2>{t('worker', { host: worker.host, pid: worker.pid })}</h2>
        <span className="text-12 text-muted" title={units.exact(worker.seen_at)}>
          {t('seen', { when: units.ago(worker.seen_at, now) })}
        </span>
      </div>
      <div className="grid gap-x-10 gap-y-6 xl:grid-cols-2">
        <div>
          <h3 className="mb-1 text-12 text-muted">{t('devices')}</h3>
          {worker.devices.map(device => (
            <div key={device.id} className="border-t border-line py-3">
              <DeviceRow detailed device={device} />
            </div>
          ))}
        </div>
        <Residents worker={worker} />
      </div>
    </section>
  )
}

function Residents({ worker }: { worker: WorkerView }) {
  const t = useTranslations('system')
  const d = useTranslations('device')
  const units = useUnits()
  const now = useNow(5000)
  const titleOf = useModelTitles()
  const head = 'py-2 pr-3 text-left text-12 font-normal text-muted'
  const cell = 'py-[11px] pr-3'
  return (
    <div>
      <h3 className="mb-1 text-12 text-muted">{t('residents')}</h3>
      {worker.residents.length === 0 ? (
        <p className="border-t border-line py-3 text-13 text-muted">{t('no_residents')}</p>
      ) : null}
      {worker.residents.length > 0 ? (
        <table className="w-full border-collapse border-t border-line text-13">
          <thead>
            <tr className="border-b border-line">
              <th className={head}>{t('col_model')}</th>
              <th className={head}>{t('col_where')}</th>
              <th className={`${head} text-right`}>{t('col_bytes')}</th>
              <th className={head}>{t('col_state')}</th>
              <th className={`${head} pr-0 text-right max-sm:hidden`}>{t('col_process')}</th>
            </tr>
          </thead>
          <tbody>
            {worker.residents.map(resident => (
              <tr key={`${resident.model}-${resident.device}`} className="border-b border-line">
                <td className={`${cell} font-medium text-bright`}>{titleOf(resident.model)}</td>
                <td className={`${cell} font-mono text-12 text-muted`}>{resident.device}</td>
                <td className={`${cell} text-right tabular`}>{units.bytes(resident.bytes)}</td>
                <td className={`${cell} text-muted`}>
                  <span className="inline-flex items-center gap-[7px]">
                    <Dot tone={resident.state === 'busy' ? 'live' : resident.state === 'idle' ? 'good' : 'warn'} />
                    {resident.idle_since
                      ? t('idle_since', { when: units.ago(resident.idle_since, now) })
                      : d(resident.state)}
                  </span>
                </td>
                <td className={`${cell} pr-0 text-right font-mono text-12 text-muted max-sm:hidden`}>{resident.pid}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </div>
  )
}
