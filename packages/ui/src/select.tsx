import { type KeyboardEvent, lazy, type ReactNode, Suspense, useState } from 'react'
import { Field } from './field.tsx'
import { type Option, SelectFace, selectFaceClass } from './select-face.tsx'

const load = () => import('./select-list.tsx')
const List = lazy(async () => ({ default: (await load()).SelectList }))

export interface SelectFieldProps {
  label: string
  value: string
  options: readonly Option[]
  onChange(value: string): void
  aside?: ReactNode
  problem?: string | null
  /** Two lines in the closed control too. */
  tall?: boolean
}

/** One of a few. The list's code comes when somebody is about to open it. */
export function SelectField({ label, aside, problem, tall = false, ...rest }: SelectFieldProps) {
  const [asked, setAsked] = useState(false)
  const current = rest.options.find(option => option.value === rest.value)
  const spoken = `${label}: ${current?.label ?? rest.value}`
  const warm = () => void load()
  const open = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    setAsked(true)
  }
  return (
    <Field label={label} aside={aside} problem={problem ?? null}>
      {({ control, described }) => {
        const closed = (
          <button
            type="button"
            id={control}
            role="combobox"
            aria-haspopup="listbox"
            aria-expanded={false}
            aria-controls={control}
            aria-label={spoken}
            aria-describedby={described}
            onPointerEnter={warm}
            onFocus={warm}
            onKeyDown={open}
            onClick={() => setAsked(true)}
            className={selectFaceClass(tall)}
          >
            <SelectFace {...rest} tall={tall} />
          </button>
        )
        if (!asked) return closed
        return (
          <Suspense fallback={closed}>
            <List {...rest} tall={tall} control={control} described={described} spoken={spoken} />
          </Suspense>
        )
      }}
    </Field>
  )
}
