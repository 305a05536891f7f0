import { boxClass, type ControlsProps, Field, problemOf, SelectField, textOf } from '@hearth/ui'

export function CutOutControls({ values, defaults, change, problem, t }: ControlsProps) {
  const all = { ...defaults, ...values }
  const background = textOf(values, 'background')
  const options = (names: string[]) => names.map(value => ({ value, label: t(`option_${value}`) }))
  return (
    <>
      <SelectField
        label={t('result_kind')}
        value={textOf(all, 'result')}
        onChange={result => change({ result })}
        options={options(['cutout', 'mask'])}
      />
      {textOf(all, 'result') === 'cutout' ? (
        <Field label={t('background')} problem={problemOf(problem, 'background')}>
          {({ control, described }) => (
            <div className={`${boxClass} flex items-center gap-2 px-2.5`}>
              <input
                type="color"
                aria-label={t('background_pick')}
                value={background || '#ffffff'}
                onChange={event => change({ background: event.target.value })}
                className="size-5 cursor-pointer rounded-4 border-0 bg-transparent p-0"
              />
              <input
                id={control}
                aria-describedby={described}
                value={background}
                placeholder={t('background_none')}
                autoComplete="off"
                onChange={event => change({ background: event.target.value || undefined })}
                className="h-[34px] w-full bg-transparent font-mono text-12 text-ink outline-none placeholder:font-sans placeholder:text-muted max-sm:text-16"
              />
            </div>
          )}
        </Field>
      ) : null}
      <SelectField
        label={t('format')}
        value={textOf(all, 'format')}
        onChange={format => change({ format })}
        options={['png', 'webp'].map(value => ({ value, label: value.toUpperCase() }))}
      />
    </>
  )
}
