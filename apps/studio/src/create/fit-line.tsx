import { useUnits, type Values } from '@hearth/ui'
import { CircleAlert, CircleCheck, CircleDashed, CornerDownRight, type LucideIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useFit } from '../api/queries.ts'

/** A value that has not changed for a while. */
function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return settled
}

/** How long it will take and whether there is room, before anything is sent. */
export function FitLine({
  task,
  values,
  model,
  missing,
}: {
  task: string
  values: Values
  model: string | null
  missing: string | null
}) {
  const t = useTranslations('create')
  const units = useUnits()
  const settled = useSettled(values, 300)
  const fit = useFit(
    task,
    { input: settled, ...(model ? { model } : {}) },
    model !== null && missing === null && settled === values,
  )
  if (missing) return <Line icon={CornerDownRight} tone="text-muted" text={missing} />
  if (!fit.data || model === null)
    return <Line icon={CircleDashed} tone="text-faint" text={fit.isFetching ? t('fit_unknown') : ' '} />
  const { fits, estimated_seconds: seconds, needed_bytes, free_after_eviction_bytes } = fit.data
  const time = seconds === null ? null : units.about(seconds)
  if (fits === 'never') {
    const text = t('fit_never', { needed: units.bytes(needed_bytes), free: units.bytes(free_after_eviction_bytes) })
    return <Line icon={CircleAlert} tone="text-bad" text={text} />
  }
  if (fits === 'now' && seconds !== null && seconds < 0.95) {
    return <Line icon={CircleCheck} tone="text-good" text={t('fit_quick')} />
  }
  if (fits === 'now')
    return <Line icon={CircleCheck} tone="text-good" text={time ? t('fit_about', { time }) : t('fit_now')} />
  return <Line icon={CircleAlert} tone="text-warn" text={time ? t('fit_evict_about', { time }) : t('fit_evict')} />
}

/** Always one line high, so that nothing below it moves. */
function Line({ icon: Icon, tone, text }: { icon: LucideIcon; tone: string; text: string }) {
  return (
    <p className="flex h-[18px] items-center justify-center gap-[7px] text-12 text-muted tabular" aria-live="polite">
      {text.trim() ? <Icon size={13} className={tone} aria-hidden /> : null}
      <span className="truncate">{text}</span>
    </p>
  )
}
