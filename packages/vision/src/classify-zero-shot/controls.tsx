import { boxClass, type ControlsProps, Field, problemOf } from '@hearth/ui'
import { useState } from 'react'
import { labelsOf } from '../seeing-controls.tsx'

const fieldClass = 'w-full bg-transparent text-ink outline-none placeholder:text-faint max-sm:text-16'

/** One label a line, and the sentence that they are put into. */
export function LabelControls({ values, defaults, change, problem, t }: ControlsProps) {
  const [text, setText] = useState(() => labelsOf(values, 'labels').join('\n'))
  const type = (next: string) => {
    setText(next)
    const labels = next
      .split('\n')
      .map(label => label.trim())
      .filter(Boolean)
    change({ labels: labels.length > 0 ? [...new Set(labels)] : undefined })
  }
  const template = { ...defaults, ...values }.hypothesis_template
  return (
    <>
      <Field label={t('labels')} problem={problemOf(problem, 'labels')}>
        {({ control, described }) => (
          <div className={`${boxClass} px-2.5 py-2`}>
            <textarea
              id={control}
              aria-describedby={described}
              rows={5}
              value={text}
              placeholder={t('labels_hint')}
              onChange={event => type(event.target.value)}
              className={`${fieldClass} block resize-y`}
            />
          </div>
        )}
      </Field>
      <Field label={t('template')} problem={problemOf(problem, 'hypothesis_template')}>
        {({ control, described }) => (
          <div className={`${boxClass} px-2.5`}>
            <input
              id={control}
              aria-describedby={described}
              value={typeof template === 'string' ? template : ''}
              autoComplete="off"
              onChange={event => change({ hypothesis_template: event.target.value || undefined })}
              className={`${fieldClass} h-[34px]`}
            />
          </div>
        )}
      </Field>
    </>
  )
}
