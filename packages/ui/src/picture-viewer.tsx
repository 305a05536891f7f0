import { Maximize, ZoomIn, ZoomOut } from 'lucide-react'
import { type PointerEvent, useEffect, useRef, useState, type WheelEvent } from 'react'
import { useTranslations } from 'use-intl'
import { IconButton } from './button.tsx'
import { classNames } from './class-names.ts'
import { fitted, panBy, type View, zoomAt } from './zoom-view.ts'

export interface PictureViewerProps {
  source: string
  /** A small version that is most likely loaded already; shown blurred until the real one is there. */
  thumbnail: string
  alt: string
  width?: number | undefined
  height?: number | undefined
}

/** A picture as large as there is room, to zoom (wheel, pinch, + and -) and to move (drag). */
export function PictureViewer({ source, thumbnail, alt, width, height }: PictureViewerProps) {
  const t = useTranslations('ui')
  const frame = useRef<HTMLDivElement>(null)
  const fingers = useRef(new Map<number, { x: number; y: number }>())
  const [view, setView] = useState<View>(fitted)
  const [loaded, setLoaded] = useState<string | null>(null)
  const zoom = (factor: number, point = { x: 0, y: 0 }) => setView(before => zoomAt(before, factor, point))
  const fromMiddle = (event: { clientX: number; clientY: number }) => {
    const box = frame.current?.getBoundingClientRect()
    return box
      ? { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 }
      : { x: 0, y: 0 }
  }
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey) return
      if (event.key === '+' || event.key === '=') zoom(1.4)
      if (event.key === '-') zoom(1 / 1.4)
      if (event.key === '0') setView(fitted)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  })
  const move = (event: PointerEvent) => {
    const before = fingers.current.get(event.pointerId)
    if (!before || !frame.current) return
    const now = { x: event.clientX, y: event.clientY }
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1]
    if (other) {
      const spread = (point: { x: number; y: number }) => Math.hypot(point.x - other.x, point.y - other.y)
      zoom(spread(now) / Math.max(1, spread(before)), fromMiddle(event))
    } else {
      const box = frame.current.getBoundingClientRect()
      setView(at => panBy(at, now.x - before.x, now.y - before.y, box))
    }
    fingers.current.set(event.pointerId, now)
  }
  const lift = (event: PointerEvent) => fingers.current.delete(event.pointerId)
  const shape = { aspectRatio: width && height ? `${width} / ${height}` : undefined }
  return (
    <div className="relative size-full overflow-hidden">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the same by the buttons below and by keys */}
      <div
        ref={frame}
        className={classNames(
          'grid size-full touch-none place-items-center [container-type:size]',
          view.scale > 1 ? 'cursor-grab active:cursor-grabbing' : 'cursor-zoom-in',
        )}
        onWheel={(event: WheelEvent) => zoom(Math.exp(-event.deltaY / 400), fromMiddle(event))}
        onDoubleClick={event => (view.scale > 1 ? setView(fitted) : zoom(3, fromMiddle(event)))}
        onPointerDown={event => {
          event.currentTarget.setPointerCapture(event.pointerId)
          fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
        }}
        onPointerMove={move}
        onPointerUp={lift}
        onPointerCancel={lift}
      >
        <div
          className="relative overflow-hidden bg-paper"
          style={{
            ...shape,
            width: width && height ? `min(100cqw, 100cqh * ${width / height})` : undefined,
            maxWidth: '100cqw',
            maxHeight: '100cqh',
            transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
          }}
        >
          {loaded === source ? null : (
            <img
              src={thumbnail}
              alt=""
              draggable={false}
              className="absolute inset-0 size-full object-contain blur-preview"
            />
          )}
          <img
            src={source}
            alt={alt}
            draggable={false}
            onLoad={() => setLoaded(source)}
            className="relative size-full object-contain"
          />
        </div>
      </div>
      <div className="absolute bottom-3 left-1/2 flex -translate-x-1/2 items-center gap-0.5 rounded-8 bg-overlay p-1 text-12 text-on-overlay tabular">
        <IconButton label={t('zoom_out')} tone="overlay" disabled={view.scale === 1} onClick={() => zoom(1 / 1.4)}>
          <ZoomOut size={16} aria-hidden />
        </IconButton>
        <span className="w-12 text-center">{Math.round(view.scale * 100)} %</span>
        <IconButton label={t('zoom_in')} tone="overlay" onClick={() => zoom(1.4)}>
          <ZoomIn size={16} aria-hidden />
        </IconButton>
        <IconButton label={t('zoom_fit')} tone="overlay" disabled={view.scale === 1} onClick={() => setView(fitted)}>
          <Maximize size={16} aria-hidden />
        </IconButton>
      </div>
    </div>
  )
}
