import { boxClass, Field } from '@hearth/ui'

export function TextField(props: {
  label: string
  value: string
  onChange(value: string): void
  hint?: string
  problem?: string | null
  type?: 'text' | 'date'
  min?: string
}) {
  return (
    <Field label={props.label} problem={props.problem ?? null}>
      {({ control, described }) => (
        <div className={`${boxClass} px-3`}>
          <input
            id={control}
            aria-describedby={described}
            type={props.type ?? 'text'}
            min={props.min}
            value={props.value}
            placeholder={props.hint}
            autoComplete="off"
            onChange={event => props.onChange(event.target.value)}
            className="h-[34px] w-full bg-transparent text-ink outline-none placeholder:text-faint max-sm:text-16"
          />
        </div>
      )}
    </Field>
  )
}
