import { boxClass, type ControlsProps, Field, type Values } from '@hearth/ui'
import { useState } from 'react'

/** Names of classes, separated by commas. */
export function OnlyLabels({ values, change, t }: ControlsProps) {
  const [text, setText] = useState(() => labelsOf(values, 'labels').join(', '))
  const type = (next: string) => {
    setText(next)
    const names = next
      .split(/[,，、\n]/)
      .map(name => name.trim())
      .filter(Boolean)
    change({ labels: names.length > 0 ? names : undefined })
  }
  return (
    <Field label={t('only')}>
      {({ control }) => (
        <>
          <div className={`${boxClass} px-2.5`}>
            <input
              id={control}
              value={text}
              placeholder={t('only_hint')}
              autoComplete="off"
              onChange={event => type(event.target.value)}
              className="h-[34px] w-full bg-transparent text-ink outline-none placeholder:text-faint max-sm:text-16"
            />
          </div>
          <p className="mt-1.5 text-12 text-muted">{t('only_note')}</p>
        </>
      )}
    </Field>
  )
}

export function labelsOf(values: Values, field: string): string[] {
  const value = values[field]
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}
