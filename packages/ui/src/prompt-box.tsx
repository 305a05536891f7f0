import { type ReactNode, useEffect, useRef } from 'react'
import { boxClass, Field } from './field.tsx'

export interface PromptBoxProps {
  label: string
  value: string
  onChange(value: string): void
  placeholder?: string
  maxLength?: number
  aside?: ReactNode
  /** Small tools at the foot of the box. */
  foot?: ReactNode
  problem?: string | null
  autoFocus?: boolean
  rows?: number
}

/** A text field that grows with its text. The cursor goes to the end when it opens. */
export function PromptBox(props: PromptBoxProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  const focus = props.autoFocus ?? false
  useEffect(() => {
    if (!focus || !area.current) return
    area.current.focus({ preventScroll: true })
    area.current.setSelectionRange(area.current.value.length, area.current.value.length)
  }, [focus])
  return (
    <Field label={props.label} aside={props.aside} problem={props.problem ?? null}>
      {({ control, described }) => (
        <div className={boxClass}>
          <textarea
            ref={area}
            id={control}
            aria-describedby={described}
            aria-invalid={described ? true : undefined}
            value={props.value}
            rows={props.rows ?? 3}
            maxLength={props.maxLength}
            placeholder={props.placeholder}
            spellCheck={false}
            onChange={event => props.onChange(event.target.value)}
            className={`field-sizing-content block max-h-64 w-full ${props.rows === 2 ? 'min-h-16' : 'min-h-[92px] max-md:min-h-[52px]'} resize-none bg-transparent px-3 py-2.5 text-15 text-bright outline-none placeholder:text-faint max-sm:text-16`}
          />
          {props.foot ? (
            <div className="flex items-center gap-1 border-t border-line px-1.5 py-1">{props.foot}</div>
          ) : null}
        </div>
      )}
    </Field>
  )
}
