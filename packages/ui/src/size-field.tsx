import { ArrowLeftRight } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { IconButton } from './button.tsx'
import { type Range, Stepper } from './number-controls.tsx'
import { Chip } from './signs.tsx'

export interface SizeFieldProps {
  width: number
  height: number
  onChange(size: { width: number; height: number }): void
  /** What the size is chosen from; both ends and the step. */
  range: Required<Range>
  /** Longest side that suits the model; shapes are offered at it. */
  side: number
  problem?: string | null
}

const shapes: readonly [number, number][] = [
  [1, 1],
  [4, 3],
  [3, 4],
  [16, 9],
  [9, 16],
]

/** The size of a shape whose area is about side x side, in steps that the range allows. */
export function sizeOf(
  [w, h]: readonly [number, number],
  side: number,
  range: Required<Range>,
): { width: number; height: number } {
  const fit = (length: number) => Math.min(range.max, Math.max(range.min, Math.round(length / range.step) * range.step))
  const unit = side / Math.sqrt(w * h)
  return { width: fit(unit * w), height: fit(unit * h) }
}

/** Shapes for most, numbers for the rest. */
export function SizeField({ width, height, onChange, range, side, problem }: SizeFieldProps) {
  const t = useTranslations('ui')
  return (
    <div className="grid gap-2.5">
      <div className="flex flex-wrap gap-1.5">
        {shapes.map(shape => {
          const size = sizeOf(shape, side, range)
          return (
            <Chip
              key={shape.join()}
              pressed={size.width === width && size.height === height}
              onClick={() => onChange(size)}
            >
              <span
                aria-hidden
                className="block rounded-[2px] border border-current"
                style={{
                  width: `${(11 * shape[0]) / Math.max(...shape)}px`,
                  height: `${(11 * shape[1]) / Math.max(...shape)}px`,
                }}
              />
              {shape.join(':')}
            </Chip>
          )
        })}
      </div>
      <div className="grid grid-cols-[1fr_auto_1fr] items-end gap-1">
        <Stepper
          label={t('width')}
          value={width}
          onChange={next => onChange({ width: next, height })}
          {...range}
          problem={problem ?? null}
        />
        <IconButton label={t('swap')} className="mb-0.5" onClick={() => onChange({ width: height, height: width })}>
          <ArrowLeftRight size={14} aria-hidden />
        </IconButton>
        <Stepper label={t('height')} value={height} onChange={next => onChange({ width, height: next })} {...range} />
      </div>
    </div>
  )
}
