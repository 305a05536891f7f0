import { FindingsOverlay } from '@hearth/ui/seeing'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import type { Shown } from './look-bench.tsx'

/** Moving pictures as large as there is room in the container, with what was found drawn on them. */
export function SightFrame(props: {
  size: { width: number; height: number }
  shown: Omit<Shown, 'output'>
  bare: boolean
  children: ReactNode
}) {
  const { sight, active, setActive, colorOf } = props.shown
  const { width, height } = sight ?? props.size
  return (
    <figure
      className="relative overflow-hidden rounded-10 bg-surface shadow-card"
      style={{ aspectRatio: `${width} / ${height}`, width: `min(100cqw, 100cqh * ${width / height})` }}
    >
      {props.children}
      {sight ? (
        <FindingsOverlay sight={sight} colorOf={colorOf} active={active} onActive={setActive} bare={props.bare} />
      ) : null}
    </figure>
  )
}

/** How fast it goes and how far behind it is. */
export function LiveFigures({ fps, delay, dropped }: { fps: number; delay: number; dropped: number }) {
  const t = useTranslations('look')
  return (
    <p className="flex gap-4 text-12 text-muted tabular">
      {fps > 0 ? <span>{t('live_fps', { n: fps.toFixed(fps < 10 ? 1 : 0) })}</span> : null}
      <span>{t('live_delay', { ms: Math.round(delay) })}</span>
      {dropped > 0 ? <span>{t('live_dropped', { n: dropped })}</span> : null}
    </p>
  )
}
