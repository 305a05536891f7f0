import { Dices, Minus, Plus } from 'lucide-react'
import { type CSSProperties, type KeyboardEvent, type ReactNode, useState } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { IconButton } from './button.tsx'
import { classNames } from './class-names.ts'
import { boxClass, Field } from './field.tsx'

export interface Range {
  min?: number
  max?: number
  step?: number
}

export interface NumberProps extends Range {
  label: string
  value: number
  onChange(value: number): void
  problem?: string | null
}

/** The nearest number that the range allows. */
export function withinRange(value: number, { min, max, step }: Range): number {
  const stepped = step === undefined ? value : Math.round(value / step) * step
  return Math.min(max ?? stepped, Math.max(min ?? stepped, stepped))
}

/** A number with a step down and up. What is typed is taken when it is a number and brought into the range on leaving. */
export function Stepper({ label, value, onChange, problem, ...range }: NumberProps) {
  const t = useTranslations('ui')
  const [typed, setTyped] = useState<string | null>(null)
  const step = range.step ?? 1
  const go = (by: number) => {
    setTyped(null)
    onChange(withinRange(value + by, range))
  }
  const leave = () => {
    if (typed !== null && typed.trim() !== '' && Number.isFinite(Number(typed)))
      onChange(withinRange(Number(typed), range))
    setTyped(null)
  }
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowUp: step, ArrowDown: -step, PageUp: step * 10, PageDown: -step * 10 }
    const by = steps[event.key]
    if (event.key === 'Enter') leave()
    if (by === undefined) return
    event.preventDefault()
    go(by)
  }
  return (
    <Field label={label} problem={problem ?? null}>
      {({ control, described }) => (
        <div className={classNames(boxClass, 'flex h-[34px] items-center gap-0.5 pr-1 pl-2.5')}>
          <input
            id={control}
            role="spinbutton"
            aria-describedby={described}
            aria-valuenow={value}
            aria-valuemin={range.min}
            aria-valuemax={range.max}
            inputMode="numeric"
            autoComplete="off"
            value={typed ?? String(value)}
            onChange={event => setTyped(event.target.value)}
            onBlur={leave}
            onKeyDown={press}
            className="w-full min-w-0 bg-transparent tabular outline-none"
          />
          <StepButton
            label={`${t('decrease')}: ${label}`}
            disabled={value <= (range.min ?? Number.NEGATIVE_INFINITY)}
            onStep={() => go(-step)}
          >
            <Minus size={14} aria-hidden />
          </StepButton>
          <StepButton
            label={`${t('increase')}: ${label}`}
            disabled={value >= (range.max ?? Number.POSITIVE_INFINITY)}
            onStep={() => go(step)}
          >
            <Plus size={14} aria-hidden />
          </StepButton>
        </div>
      )}
    </Field>
  )
}

/** The arrows of the field do the same, so it is left out when tabbing. */
function StepButton({
  label,
  disabled,
  onStep,
  children,
}: {
  label: string
  disabled: boolean
  onStep(): void
  children: ReactNode
}) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={label}
      disabled={disabled}
      onClick={onStep}
      className="grid size-[26px] shrink-0 place-items-center rounded-6 text-muted transition-colors hover:bg-hover hover:text-bright disabled:opacity-35"
    >
      {children}
    </button>
  )
}

/** A number between two ends, dragged or stepped with the arrows. `said`: in place of the number while nobody set one. */
export function SliderField({
  label,
  value,
  onChange,
  problem,
  min = 0,
  max = 100,
  step = 1,
  digits = 0,
  said,
}: NumberProps & { digits?: number; said?: string }) {
  const format = useFormatter()
  const number = format.number(value, { minimumFractionDigits: digits, maximumFractionDigits: Math.max(digits, 2) })
  const shown = said ?? number
  const share = max > min ? ((Math.min(max, Math.max(min, value)) - min) / (max - min)) * 100 : 0
  return (
    <Field
      label={label}
      problem={problem ?? null}
      aside={<output className="font-medium text-ink tabular">{shown}</output>}
    >
      {({ control, described }) => (
        <input
          id={control}
          type="range"
          aria-describedby={described}
          aria-valuetext={shown}
          min={min}
          max={max}
          step={step}
          value={value}
          onChange={event => onChange(Number(event.target.value))}
          className="range"
          style={{ '--share': `${share}%` } as CSSProperties}
        />
      )}
    </Field>
  )
}

export interface SeedProps {
  label: string
  /** Undefined: another seed for each run. */
  value: number | undefined
  onChange(value: number | undefined): void
  max: number
  problem?: string | null
}

/** Digits or nothing. Nothing means random; the dice draws a number that then stays. */
export function SeedField({ label, value, onChange, max, problem }: SeedProps) {
  const t = useTranslations('ui')
  const type = (text: string) => {
    const digits = text.replace(/\D/g, '')
    if (digits === '') onChange(undefined)
    else onChange(Math.min(Number(digits), max))
  }
  const fixed = value !== undefined
  return (
    <Field label={label} problem={problem ?? null}>
      {({ control, described }) => (
        <div className={classNames(boxClass, 'flex h-[34px] items-center pr-1 pl-2.5')}>
          <input
            id={control}
            aria-describedby={described}
            inputMode="numeric"
            autoComplete="off"
            placeholder={t('random')}
            value={value ?? ''}
            onChange={event => type(event.target.value)}
            className="w-full min-w-0 bg-transparent font-mono text-12 text-ink outline-none placeholder:text-muted max-sm:text-14"
          />
          <IconButton
            small
            label={fixed ? t('random_seed') : t('keep_seed')}
            active={fixed}
            onClick={() => onChange(fixed ? undefined : Math.floor(Math.random() * Math.min(max, 2 ** 32 - 1)))}
          >
            <Dices size={16} aria-hidden />
          </IconButton>
        </div>
      )}
    </Field>
  )
}
