import { ChevronRight } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { classNames } from './class-names.ts'

export interface FoldProps {
  /** Under which the browser keeps whether it is open. */
  name: string
  label: string
  /** What it is set to, readable while it is closed. */
  summary?: string
  children: ReactNode
}

/** Folded settings. */
export function Fold({ name, label, summary, children }: FoldProps) {
  const key = `hearth.fold.${name}`
  const id = useId()
  const [open, setOpen] = useState(() => localStorage.getItem(key) === '"open"')
  const toggle = () => {
    localStorage.setItem(key, open ? '"closed"' : '"open"')
    setOpen(!open)
  }
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={toggle}
        className="flex w-full items-center gap-1.5 rounded-6 py-1 text-13 text-muted hover:text-bright"
      >
        <ChevronRight size={16} className={classNames('transition-transform', open ? 'rotate-90' : '')} aria-hidden />
        {label}
        <span className="ml-auto truncate pl-2 text-12 text-faint tabular">{open ? null : summary}</span>
      </button>
      <div id={id} hidden={!open} className={open ? 'grid gap-4 pt-3' : ''}>
        {open ? children : null}
      </div>
    </div>
  )
}
