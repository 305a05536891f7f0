import { useFormatter } from 'use-intl'
import { classNames } from '../class-names.ts'
import { boxOf, type Finding, type Sight } from './finding.ts'

export interface FindingsOverlayProps {
  sight: Sight
  colorOf(finding: Finding): string
  /** The finding that is pointed at, here or in the list. */
  active: number | null
  onActive(index: number | null): void
  /** Without names, where there is little room. */
  bare?: boolean
}

const styleOf = (color: string) => ({ '--find': color }) as React.CSSProperties
const area = (finding: Finding) => {
  const box = boxOf(finding)
  return box ? (box[2] - box[0]) * (box[3] - box[1]) : 0
}

/** Boxes and names over a picture. Lies over its parent, which has the picture's proportions. */
export function FindingsOverlay({ sight, colorOf, active, onActive, bare = false }: FindingsOverlayProps) {
  // The smallest on top, so that each can be pointed at.
  const drawn = sight.findings
    .map((finding, index) => ({ finding, index }))
    .filter(({ finding }) => boxOf(finding) !== null)
    .sort((a, b) => area(b.finding) - area(a.finding))
  return (
    <div className="absolute inset-0">
      <svg
        viewBox={`0 0 ${sight.width} ${sight.height}`}
        preserveAspectRatio="none"
        className="absolute inset-0 size-full overflow-visible"
        aria-hidden
      >
        {drawn.map(({ finding, index }) => (
          <g
            key={index}
            style={styleOf(colorOf(finding))}
            className={classNames('transition-opacity', active !== null && active !== index ? 'opacity-35' : '')}
            onPointerEnter={() => onActive(index)}
            onPointerLeave={() => onActive(null)}
          >
            <Shape finding={finding} sight={sight} active={active === index} />
          </g>
        ))}
      </svg>
      {bare
        ? null
        : drawn.map(({ finding, index }) => (
            <NameTag
              key={index}
              finding={finding}
              sight={sight}
              color={colorOf(finding)}
              faded={active !== null && active !== index}
              onActive={on => onActive(on ? index : null)}
            />
          ))}
    </div>
  )
}

/** Lines keep their width whatever the size of the picture. */
function Shape({ finding, sight, active }: { finding: Finding; sight: Sight; active: boolean }) {
  const line = {
    vectorEffect: 'non-scaling-stroke',
    className: classNames('stroke-(color:--find)', active ? 'fill-(--find)/20' : 'fill-transparent'),
    strokeWidth: active ? 3 : 2,
  } as const
  const dot = Math.max(sight.width, sight.height) / 220
  const [x1, y1, x2, y2] = finding.bbox ?? [0, 0, 0, 0]
  return (
    <>
      {finding.polygon ? (
        <polygon {...line} points={finding.polygon.map(corner => corner.join(',')).join(' ')} />
      ) : finding.bbox ? (
        <rect {...line} x={x1} y={y1} width={Math.max(0, x2 - x1)} height={Math.max(0, y2 - y1)} rx={dot} />
      ) : null}
      {finding.points?.map(([x, y]) => (
        <circle key={`${x},${y}`} cx={x} cy={y} r={dot} className="fill-(--find)" />
      ))}
    </>
  )
}

const percent = (part: number, whole: number) => `${Math.min(100, Math.max(0, (part / whole) * 100))}%`

/** The name of a finding at its upper left corner; below the edge of the picture where there is no room above. */
function NameTag(props: {
  finding: Finding
  sight: Sight
  color: string
  faded: boolean
  onActive(on: boolean): void
}) {
  const { finding, sight, color, faded, onActive } = props
  const format = useFormatter()
  const box = boxOf(finding)
  if (!box) return null
  const score =
    finding.score === null
      ? ''
      : ` ${format.number(finding.score, { maximumFractionDigits: 2, minimumFractionDigits: 2 })}`
  return (
    <button
      type="button"
      onPointerEnter={() => onActive(true)}
      onPointerLeave={() => onActive(false)}
      onFocus={() => onActive(true)}
      onBlur={() => onActive(false)}
      style={{ ...styleOf(color), left: percent(box[0], sight.width), top: percent(box[1], sight.height) }}
      className={classNames(
        'absolute max-w-[240px] truncate rounded-4 bg-(--find) px-1.5 text-12 leading-[18px] font-medium text-on-find tabular transition-opacity focus:z-10',
        faded ? 'opacity-35' : '',
      )}
    >
      {finding.label}
      {score}
    </button>
  )
}
