import {
  type ControlsProps,
  definePanel,
  numberOf,
  PromptBox,
  type ResultProps,
  rangeOf,
  Stepper,
  textOf,
} from '@hearth/ui'

function TextField({ values, change, t, autoFocus }: ControlsProps) {
  return (
    <PromptBox
      label={t('text')}
      value={textOf(values, 'text')}
      onChange={text => change({ text })}
      autoFocus={autoFocus}
    />
  )
}

function Steps({ values, defaults, change, fields, t }: ControlsProps) {
  const steps = numberOf({ ...defaults, ...values }, 'steps') ?? 1
  return (
    <Stepper
      label={t('steps')}
      value={steps}
      onChange={next => change({ steps: next })}
      {...rangeOf(fields, 'steps')}
    />
  )
}

function Said({ job }: ResultProps) {
  return <p className="absolute inset-0 grid place-items-center p-6 text-20">{textOf(job.input, 'text')}</p>
}

/** The smallest whole panel: what tests of the studio run, and what a new one can start from. */
export const panel = definePanel({
  task: 'echo',
  order: 99,
  messages: {
    en: { title: 'Echo', tab: 'Echo', action: 'Say', text: 'Text', steps: 'Steps', need_text: 'Write something.' },
    zh: { title: '回声', tab: '回声', action: '说出', text: '文字', steps: '步数', need_text: '请写点什么。' },
  },
  title: input => textOf(input, 'text'),
  frame: () => null,
  count: () => 1,
  opening: () => ({}),
  keeps: ['text'],
  missing: values => (textOf(values, 'text') === '' ? 'need_text' : null),
  chips: () => [],
  settings: job => job.input,
  parameters: () => [],
  lead: TextField,
  controls: Steps,
  result: Said,
})
