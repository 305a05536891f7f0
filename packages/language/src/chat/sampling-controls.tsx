import {
  boxClass,
  type ControlsProps,
  Field,
  numberOf,
  problemOf,
  rangeOf,
  SeedField,
  SliderField,
  withinRange,
} from '@hearth/ui'

/** How tokens are chosen. What is not set, the model decides. */
export function SamplingControls({ values, change, fields, defaults, problem, t }: ControlsProps) {
  const slider = (name: 'temperature' | 'top_p', max: number, resting: number) => {
    const value = numberOf(values, name) ?? numberOf(defaults, name)
    return (
      <SliderField
        label={t(name)}
        {...{ min: rangeOf(fields, name).min ?? 0, max, step: 0.05, digits: 2, value: value ?? resting }}
        {...(value === undefined ? { said: t('models_own') } : {})}
        problem={problemOf(problem, name)}
        onChange={next => change({ [name]: next })}
      />
    )
  }
  return (
    <div className="grid gap-[18px]">
      {slider('temperature', 2, 0.8)}
      {slider('top_p', 1, 0.95)}
      <MaxTokens {...{ values, change, fields, problem, t }} />
      <SeedField
        label={t('seed')}
        value={numberOf(values, 'seed')}
        max={rangeOf(fields, 'seed').max ?? Number.MAX_SAFE_INTEGER}
        problem={problemOf(problem, 'seed')}
        onChange={seed => change({ seed })}
      />
    </div>
  )
}

/** Digits or nothing. Nothing: until the context is full. */
function MaxTokens({
  values,
  change,
  fields,
  problem,
  t,
}: Pick<ControlsProps, 'values' | 'change' | 'fields' | 'problem' | 't'>) {
  const type = (text: string) => {
    const digits = text.replace(/\D/g, '')
    change({ max_tokens: digits === '' ? undefined : withinRange(Number(digits), rangeOf(fields, 'max_tokens')) })
  }
  return (
    <Field label={t('max_tokens')} problem={problemOf(problem, 'max_tokens')}>
      {({ control, described }) => (
        <div className={`${boxClass} flex h-[34px] items-center px-2.5`}>
          <input
            id={control}
            aria-describedby={described}
            inputMode="numeric"
            autoComplete="off"
            placeholder={t('no_limit')}
            value={numberOf(values, 'max_tokens') ?? ''}
            onChange={event => type(event.target.value)}
            className="w-full min-w-0 bg-transparent tabular outline-none placeholder:text-muted"
          />
        </div>
      )}
    </Field>
  )
}
