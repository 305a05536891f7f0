import { boxClass, classNames } from '@hearth/ui'
import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

export interface SearchFieldProps {
  value: string
  onChange(value: string): void
  label: string
  focus?: boolean
}

/** A search that follows what is typed, a moment later. `/` comes here, Esc leaves. */
export function SearchField({ value, onChange, label, focus }: SearchFieldProps) {
  const [text, setText] = useState(value)
  const field = useRef<HTMLInputElement>(null)
  const sent = useRef(value)
  useEffect(() => {
    if (value === sent.current) return
    sent.current = value
    setText(value)
  }, [value])
  useEffect(() => {
    if (text === sent.current) return
    const timer = setTimeout(() => {
      sent.current = text
      onChange(text)
    }, 200)
    return () => clearTimeout(timer)
  }, [text, onChange])
  useEffect(() => {
    if (focus) field.current?.focus()
  }, [focus])
  return (
    <div className={classNames(boxClass, 'flex h-[34px] w-[280px] items-center gap-2 px-2.5 text-faint max-sm:w-full')}>
      <Search size={16} aria-hidden />
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={event => setText(event.target.value)}
        onKeyDown={event => {
          if (event.key !== 'Escape' || event.nativeEvent.isComposing) return
          event.preventDefault()
          if (text === '') field.current?.blur()
          setText('')
        }}
        className="w-full min-w-0 bg-transparent text-ink outline-none placeholder:text-faint max-sm:text-16 [&::-webkit-search-cancel-button]:hidden"
      />
      <span className="font-mono text-12 max-sm:hidden" aria-hidden>
        /
      </span>
    </div>
  )
}
