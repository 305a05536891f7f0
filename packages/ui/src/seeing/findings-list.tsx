import { useFormatter } from 'use-intl'
import { classNames } from '../class-names.ts'
import type { Finding } from './finding.ts'

/** What was found, the surest first; what is pointed at lights up in the picture too. */
export function FindingsList(props: {
  findings: readonly Finding[]
  colorOf(finding: Finding): string
  active: number | null
  onActive(index: number | null): void
  label: string
}) {
  const { findings, colorOf, active, onActive } = props
  const format = useFormatter()
  return (
    <ul aria-label={props.label} className="overflow-hidden rounded-8 border border-line bg-ground">
      {findings.map((finding, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place in the list is what pointing is about
        <li key={`${finding.label}-${index}`} className="border-b border-line last:border-b-0">
          <button
            type="button"
            aria-pressed={active === index}
            onPointerEnter={() => onActive(index)}
            onPointerLeave={() => onActive(null)}
            onFocus={() => onActive(index)}
            onBlur={() => onActive(null)}
            className={classNames(
              'flex min-h-[38px] w-full items-center gap-2.5 px-3 py-1.5 text-left text-13 outline-offset-[-3px] transition-colors',
              active === index ? 'bg-hover' : '',
            )}
          >
            <span
              aria-hidden
              className="size-2.5 shrink-0 rounded-4 bg-(--find)"
              style={{ '--find': colorOf(finding) } as React.CSSProperties}
            />
            <span className="min-w-0 flex-1">
              <span className="block wrap-anywhere text-bright">{finding.label}</span>
              {finding.detail ? <span className="block text-12 text-muted tabular">{finding.detail}</span> : null}
            </span>
            {finding.score === null ? null : (
              <Score
                value={finding.score}
                text={format.number(finding.score, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}
              />
            )}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** The number, and the same as a length. */
function Score({ value, text }: { value: number; text: string }) {
  return (
    <span className="grid w-11 shrink-0 gap-1 text-right font-mono text-12 text-ink">
      {text}
      <span aria-hidden className="h-0.5 overflow-hidden rounded-full bg-line">
        <span className="block h-full bg-muted" style={{ width: `${Math.round(value * 100)}%` }} />
      </span>
    </span>
  )
}
