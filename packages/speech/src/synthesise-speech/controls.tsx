import {
  boxClass,
  type ControlsProps,
  Field,
  Fold,
  numberOf,
  optionsOf,
  PromptBox,
  problemOf,
  rangeOf,
  SelectField,
  SliderField,
  textOf,
  useUnits,
} from '@hearth/ui'

/** What is to be said. */
export function TextLead({ values, change, fields, problem, t, autoFocus }: ControlsProps) {
  const units = useUnits()
  const text = textOf(values, 'text')
  const most = fields.text?.maxLength
  return (
    <PromptBox
      label={t('text')}
      aside={<span className="tabular">{t('count', { n: units.number(text.length) })}</span>}
      value={text}
      onChange={next => change({ text: next === '' ? undefined : next })}
      placeholder={t('text_hint')}
      {...(most === undefined ? {} : { maxLength: most })}
      rows={6}
      problem={problemOf(problem, 'text')}
      autoFocus={autoFocus}
    />
  )
}

/** How it is said, and what the file is to be like. */
export function VoiceControls(props: ControlsProps) {
  const { values, defaults, change, fields, problem, t } = props
  const all = { ...defaults, ...values }
  const slider = (name: string, label: string, step: number, rest: number, said: (value: number) => string) => {
    const value = numberOf(all, name) ?? rest
    return (
      <SliderField
        label={label}
        value={value}
        said={said(value)}
        onChange={next => change({ [name]: next === rest ? undefined : next })}
        {...rangeOf(fields, name)}
        step={step}
        problem={problemOf(problem, name)}
      />
    )
  }
  const signed = (value: number) => (value > 0 ? `+${value}` : String(value))
  const format = textOf(all, 'format')
  return (
    <>
      {slider('speed', t('speed'), 0.05, 1, value => t('times', { n: value }))}
      {slider('pitch', t('pitch'), 1, 0, value => t('semitones', { n: signed(value) }))}
      <SelectField
        label={t('format')}
        value={format}
        onChange={next => change({ format: next })}
        options={optionsOf(fields, 'format').map(value => ({ value, label: value.toUpperCase() }))}
      />
      <Fold name="voice" label={t('more')} summary={textOf(values, 'voice')}>
        {slider('gain_db', t('gain'), 1, 0, value => t('decibels', { n: signed(value) }))}
        <Field label={t('voice')} problem={problemOf(problem, 'voice')}>
          {({ control, described }) => (
            <div className={`${boxClass} px-2.5`}>
              <input
                id={control}
                aria-describedby={described}
                value={textOf(values, 'voice')}
                placeholder={t('voice_hint')}
                autoComplete="off"
                onChange={event => change({ voice: event.target.value || undefined })}
                className="h-[34px] w-full bg-transparent text-ink outline-none placeholder:text-faint max-sm:text-16"
              />
            </div>
          )}
        </Field>
      </Fold>
    </>
  )
}
