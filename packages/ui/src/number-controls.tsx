import { NumberField } from '@base-ui/react/number-field'
import { Slider } from '@base-ui/react/slider'
import { Dices, Minus, Plus } from 'lucide-react'
import { useTranslations } from 'use-intl'
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

/** A whole number with a step down and up. */
export function Stepper({ label, value, onChange, problem, ...range }: NumberProps) {
  const t = useTranslations('ui')
  const button =
    'grid size-[26px] place-items-center rounded-6 text-muted transition-colors hover:bg-hover hover:text-bright disabled:opacity-35'
  return (
    <Field label={label} problem={problem ?? null}>
      {({ control, described }) => (
        <NumberField.Root
          id={control}
          value={value}
          {...range}
          onValueChange={next => {
            if (next !== null) onChange(next)
          }}
        >
          <NumberField.Group className={classNames(boxClass, 'flex h-[34px] items-center gap-0.5 pr-1 pl-2.5')}>
            <NumberField.Input
              aria-describedby={described}
              className="w-full min-w-0 bg-transparent tabular outline-none"
            />
            <NumberField.Decrement className={button} aria-label={t('decrease')}>
              <Minus size={14} aria-hidden />
            </NumberField.Decrement>
            <NumberField.Increment className={button} aria-label={t('increase')}>
              <Plus size={14} aria-hidden />
            </NumberField.Increment>
          </NumberField.Group>
        </NumberField.Root>
      )}
    </Field>
  )
}

/** A number between two ends, dragged or typed. */
export function SliderField({
  label,
  value,
  onChange,
  problem,
  min = 0,
  max = 100,
  step = 1,
  digits = 0,
}: NumberProps & { digits?: number }) {
  return (
    <div>
      <Slider.Root
        value={value}
        min={min}
        max={max}
        step={step}
        onValueChange={next => onChange(Array.isArray(next) ? (next[0] ?? min) : next)}
        format={{ minimumFractionDigits: digits, maximumFractionDigits: Math.max(digits, 2) }}
      >
        <div className="mb-1.5 flex items-baseline justify-between text-12 text-muted">
          <Slider.Label>{label}</Slider.Label>
          <Slider.Value className="font-medium text-ink tabular" />
        </div>
        <Slider.Control className="flex h-4 w-full touch-none items-center select-none">
          <Slider.Track className="h-[3px] w-full rounded-full bg-line-strong">
            <Slider.Indicator className="rounded-full bg-ink" />
            <Slider.Thumb
              aria-label={label}
              className="size-3.5 rounded-full bg-bright shadow-knob has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-ember"
            />
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
      {problem ? <p className="mt-1.5 text-12 text-bad">{problem}</p> : null}
    </div>
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
            side="top"
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
