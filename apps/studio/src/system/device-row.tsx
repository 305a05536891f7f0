import type { DeviceView } from '@hearth/contract'
import { Dot, Meter, useUnits } from '@hearth/ui'
import { useTranslations } from 'use-intl'

/** A device: whether models are placed on it and why, and how much of its memory they take. */
export function DeviceRow({ device, detailed = false }: { device: DeviceView; detailed?: boolean }) {
  const t = useTranslations('device')
  const units = useUnits()
  return (
    <>
      <div className="flex items-center gap-2">
        <Dot tone={device.usable ? 'good' : 'off'} />
        <span className="min-w-0 flex-1 truncate text-bright">{device.title}</span>
        {detailed ? <span className="font-mono text-12 text-muted">{device.id}</span> : null}
        <span className="min-w-16 text-right text-12 text-muted">{device.usable ? t('chosen') : t('not_chosen')}</span>
      </div>
      <p className="mt-0.5 text-12 text-muted">{device.reason}</p>
      {device.usable ? (
        <div className="mt-2 flex items-center gap-3 text-12 text-muted tabular">
          <Meter
            kind="part"
            value={device.memory_budget > 0 ? device.memory_used / device.memory_budget : 0}
            label={t('memory')}
          />
          <span>{units.bytesOf(device.memory_used, device.memory_budget)}</span>
          {detailed ? <span>{t('threads', { n: device.threads })}</span> : null}
        </div>
      ) : null}
    </>
  )
}
