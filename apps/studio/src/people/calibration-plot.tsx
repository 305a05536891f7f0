import type { PointerEvent } from 'react'
import type { CurvePoint } from './people-api.ts'

const [width, height] = [800, 260]
const floor = 1e-4

/** Shares are plotted by their power of ten: what matters lies between one in ten and one in ten thousand. */
export function heightOf(share: number): number {
  const decades = -Math.log10(floor)
  return (1 + Math.log10(Math.max(floor, share)) / decades) * height
}

/** The point of the curve nearest to a threshold. */
export function pointAt(curve: readonly CurvePoint[], threshold: number): CurvePoint | undefined {
  let best: CurvePoint | undefined
  for (const point of curve) {
    if (!best || Math.abs(point.threshold - threshold) < Math.abs(best.threshold - threshold)) best = point
  }
  return best
}

function line(curve: readonly CurvePoint[], shareOf: (point: CurvePoint) => number | null): string {
  return curve
    .flatMap(point => {
      const share = shareOf(point)
      return share === null ? [] : [`${(point.threshold * width).toFixed(1)},${(height - heightOf(share)).toFixed(1)}`]
    })
    .join(' ')
}

const decades = [1, 0.1, 0.01, 0.001, 0.0001]

/** Both shares by threshold; the line is drawn by pointing. */
export function CalibrationPlot(props: {
  curve: readonly CurvePoint[]
  threshold: number
  onThreshold(threshold: number): void
  label: string
}) {
  const { curve, threshold } = props
  const pick = (event: PointerEvent<SVGSVGElement>) => {
    if (event.type === 'pointermove' && event.buttons === 0) return
    const box = event.currentTarget.getBoundingClientRect()
    const at = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
    props.onThreshold(Math.round(at * 100) / 100)
  }
  return (
    <div className="relative pl-12">
      {decades.map(share => (
        <span
          key={share}
          aria-hidden
          className="absolute left-0 -translate-y-1/2 text-11 text-muted tabular"
          style={{ top: `${(1 - heightOf(share) / height) * 240}px` }}
        >
          {share * 100} %
        </span>
      ))}
      <svg
        role="img"
        aria-label={props.label}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="h-[240px] w-full cursor-ew-resize touch-none overflow-visible"
        onPointerDown={pick}
        onPointerMove={pick}
      >
        {decades.map(share => (
          <line
            key={share}
            x1={0}
            x2={width}
            y1={height - heightOf(share)}
            y2={height - heightOf(share)}
            vectorEffect="non-scaling-stroke"
            className="stroke-line"
          />
        ))}
        <polyline
          points={line(curve, point => point.false_match_rate)}
          fill="none"
          strokeWidth={2}
          vectorEffect="non-scaling-stroke"
          style={{ stroke: 'var(--find-7)' }}
        />
        <polyline
          points={line(curve, point => point.false_non_match_rate)}
          fill="none"
          strokeWidth={2}
          strokeDasharray="6 4"
          vectorEffect="non-scaling-stroke"
          style={{ stroke: 'var(--find-2)' }}
        />
        <line
          x1={threshold * width}
          x2={threshold * width}
          y1={0}
          y2={height}
          strokeWidth={2}
          vectorEffect="non-scaling-stroke"
          className="stroke-ember"
        />
      </svg>
      <div aria-hidden className="mt-1.5 flex justify-between text-11 text-muted tabular">
        {[0, 0.25, 0.5, 0.75, 1].map(tick => (
          <span key={tick}>{tick}</span>
        ))}
      </div>
    </div>
  )
}
