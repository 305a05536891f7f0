import {
  type ControlsProps,
  Fold,
  numberOf,
  optionsOf,
  PickMenu,
  PromptBox,
  problemOf,
  rangeOf,
  SeedField,
  SelectField,
  SizeField,
  SliderField,
  Stepper,
  textOf,
} from '@hearth/ui'
import { History, Sparkles } from 'lucide-react'
import { useState } from 'react'
import { samplerTitles } from './samplers/sampler-ids.generated.ts'

const titles: Record<string, string> = samplerTitles

/** A sampler's name for people; the id where it has none. */
export function samplerTitle(id: string): string {
  return titles[id] ?? id
}

/** What is to be seen, and what is not. */
export function PromptFields({ values, change, fields, model, problem, t, history, autoFocus }: ControlsProps) {
  const negative = textOf(values, 'negative_prompt')
  const [open, setOpen] = useState(negative !== '')
  const earlier = [...new Set(history.map(past => textOf(past, 'prompt')).filter(Boolean))].slice(0, 12)
  return (
    <div className="grid gap-3">
      <PromptBox
        label={t('prompt')}
        value={textOf(values, 'prompt')}
        onChange={prompt => change({ prompt: prompt === '' ? undefined : prompt })}
        placeholder={model?.example_prompts[0] ?? ''}
        {...(fields.prompt?.maxLength ? { maxLength: fields.prompt.maxLength } : {})}
        problem={problemOf(problem, 'prompt')}
        autoFocus={autoFocus}
        foot={
          <>
            <PickMenu
              label={t('examples')}
              icon={<Sparkles size={16} aria-hidden />}
              items={model?.example_prompts ?? []}
              onPick={prompt => change({ prompt })}
            />
            <PickMenu
              label={t('history')}
              icon={<History size={16} aria-hidden />}
              items={earlier}
              onPick={prompt => change({ prompt })}
            />
            <button
              type="button"
              aria-expanded={open}
              onClick={() => {
                if (open) change({ negative_prompt: undefined })
                setOpen(!open)
              }}
              className="ml-auto rounded-4 px-1.5 py-1 text-12 text-muted hover:text-bright"
            >
              {open ? t('remove_negative') : t('add_negative')}
            </button>
          </>
        }
      />
      {open ? (
        <PromptBox
          label={t('negative')}
          rows={2}
          value={negative}
          onChange={text => change({ negative_prompt: text === '' ? undefined : text })}
          problem={problemOf(problem, 'negative_prompt')}
        />
      ) : null}
    </div>
  )
}

/** How many, which seed, how long, how closely. */
export function DrawingFields(props: ControlsProps) {
  const { values, change, fields, defaults, problem, t } = props
  const now = { ...defaults, ...values }
  const seed = numberOf(now, 'seed')
  return (
    <>
      <div className="grid grid-cols-2 gap-2.5">
        <Stepper
          label={t('pictures')}
          value={numberOf(now, 'n') ?? 1}
          onChange={n => change({ n })}
          {...rangeOf(fields, 'n')}
          problem={problemOf(problem, 'n')}
        />
        <SeedField
          label={t('seed')}
          value={seed === undefined || seed < 0 ? undefined : seed}
          max={rangeOf(fields, 'seed').max ?? Number.MAX_SAFE_INTEGER}
          onChange={next => change({ seed: next })}
          problem={problemOf(problem, 'seed')}
        />
      </div>
      <SliderField
        label={t('steps')}
        value={numberOf(now, 'steps') ?? 20}
        onChange={steps => change({ steps })}
        {...sliderRange(fields, 'steps', Math.max(60, numberOf(now, 'steps') ?? 0))}
        problem={problemOf(problem, 'steps')}
      />
      <SliderField
        label={t('guidance')}
        digits={1}
        value={numberOf(now, 'guidance_scale') ?? 7.5}
        onChange={value => change({ guidance_scale: value })}
        {...sliderRange(fields, 'guidance_scale', Math.max(20, numberOf(now, 'guidance_scale') ?? 0))}
        step={0.1}
        problem={problemOf(problem, 'guidance_scale')}
      />
      <Advanced {...props} />
    </>
  )
}

/** The slider's useful part of the range: the spec's, but not past what is usual or entered. */
function sliderRange(fields: ControlsProps['fields'], name: string, usual: number) {
  const range = rangeOf(fields, name)
  return { ...range, max: Math.min(range.max ?? usual, usual) }
}

function Advanced({ values, change, fields, defaults, model, problem, t }: ControlsProps) {
  const now = { ...defaults, ...values }
  const side = numberOf(defaults, 'width') ?? 512
  const width = numberOf(now, 'width') ?? side
  const height = numberOf(now, 'height') ?? side
  const sampler = textOf(now, 'sampler')
  const samplerLabel = sampler ? samplerTitle(sampler) : t('sampler_own')
  const { min = 64, max = 2048, step = 8 } = rangeOf(fields, 'width')
  const format = textOf(now, 'format')
  return (
    <Fold
      name="advanced"
      label={t('advanced')}
      summary={t('advanced_summary', { sampler: samplerLabel, width, height })}
    >
      <SelectField
        label={t('sampler')}
        value={sampler}
        onChange={next => change({ sampler: next === '' ? undefined : next })}
        options={[
          ...(textOf(model?.defaults ?? {}, 'sampler') ? [] : [{ value: '', label: t('sampler_own') }]),
          ...optionsOf(fields, 'sampler').map(id => ({ value: id, label: samplerTitle(id) })),
        ]}
        problem={problemOf(problem, 'sampler')}
      />
      <SizeField
        width={width}
        height={height}
        side={side}
        range={{ min, max, step }}
        onChange={size => change({ ...size })}
        problem={problemOf(problem, 'width') ?? problemOf(problem, 'height')}
      />
      <div className="grid grid-cols-2 gap-2.5">
        <SelectField
          label={t('format')}
          value={format}
          onChange={next => change({ format: next })}
          options={optionsOf(fields, 'format').map(id => ({ value: id, label: id.toUpperCase() }))}
        />
        {format === 'png' ? null : (
          <Stepper
            label={t('quality')}
            value={numberOf(now, 'quality') ?? 90}
            onChange={quality => change({ quality })}
            {...rangeOf(fields, 'quality')}
          />
        )}
      </div>
    </Fold>
  )
}
