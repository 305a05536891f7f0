import type { DeviceView, WorkerView } from '@hearth/contract'
import { Dot, Floating, pillClass, useUnits } from '@hearth/ui'
import { Cpu } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useSystem } from '../api/queries.ts'
import { useModelTitles } from '../models/model-titles.ts'
import { DeviceRow } from './device-row.tsx'

/** The device that models are placed on first. */
export function chosenDevice(workers: WorkerView[]): DeviceView | undefined {
  const usable = workers.flatMap(worker => worker.devices).filter(device => device.usable)
  return usable.find(device => device.kind !== 'cpu') ?? usable[0]
}

/** What computes, and how much of its memory models take; opens the reasons. */
export function DevicePill() {
  const t = useTranslations('device')
  const units = useUnits()
  const system = useSystem()
  const [open, setOpen] = useState(false)
  const workers = system.data?.workers ?? []
  const device = chosenDevice(workers)
  return (
    <Floating
      open={open}
      onOpenChange={setOpen}
      label={t('memory')}
      className="w-[380px]"
      trigger={
        <button type="button" className={pillClass}>
          <Cpu size={14} aria-hidden />
          {device ? (
            <span>
              {device.kind === 'cpu' ? 'CPU ' : `${device.title} `}
              {device.kind === 'cpu' ? (
                <b className="font-strong text-ink">{t('threads', { n: device.threads })}</b>
              ) : null}
              <span className="max-lg:hidden">
                {device.kind === 'cpu' ? ' · ' : ''}
                {units.bytesOf(device.memory_used, device.memory_budget)}
              </span>
            </span>
          ) : (
            <span>{system.data ? t('none') : t('waiting')}</span>
          )}
        </button>
      }
    >
      <Details workers={workers} close={() => setOpen(false)} />
    </Floating>
  )
}

function Details({ workers, close }: { workers: WorkerView[]; close(): void }) {
  const t = useTranslations('device')
  const units = useUnits()
  const residents = workers.flatMap(worker => worker.residents)
  const titleOf = useModelTitles()
  return (
    <>
      {workers
        .flatMap(worker => worker.devices)
        .map(device => (
          <div key={device.id} className="border-b border-line px-4 py-3">
            <DeviceRow device={device} />
          </div>
        ))}
      <div className="px-4 py-3">
        <h2 className="text-12 font-normal text-muted">{t('residents')}</h2>
        {residents.length === 0 ? <p className="mt-1 text-13 text-muted">{t('no_residents')}</p> : null}
        {residents.map(resident => (
          <div key={`${resident.model}-${resident.device}`} className="mt-1.5 flex items-center gap-2 text-13">
            <Dot tone={resident.state === 'busy' ? 'live' : resident.state === 'idle' ? 'good' : 'warn'} />
            <span className="flex-1 truncate text-ink">{titleOf(resident.model)}</span>
            <span className="text-12 text-muted">
              {t(resident.state)} · {units.bytes(resident.bytes)}
            </span>
          </div>
        ))}
      </div>
      <Link
        href="/system/"
        onClick={close}
        className="block border-t border-line bg-surface px-4 py-2 text-12 text-muted hover:text-bright"
      >
        {t('more')}
      </Link>
    </>
  )
}
