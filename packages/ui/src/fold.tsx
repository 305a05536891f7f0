import { Collapsible } from '@base-ui/react/collapsible'
import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'

/** Folded settings; what they are set to stays readable. `name` keeps the state between visits. */
export function Fold({
  name,
  label,
  summary,
  children,
}: {
  name: string
  label: string
  summary?: string
  children: ReactNode
}) {
  const key = `hearth.fold.${name}`
  const [open, setOpen] = useState(() => typeof localStorage !== 'undefined' && localStorage.getItem(key) === 'open')
  return (
    <Collapsible.Root
      open={open}
      onOpenChange={next => {
        setOpen(next)
        localStorage.setItem(key, next ? 'open' : 'closed')
      }}
    >
      <Collapsible.Trigger className="group flex w-full items-center gap-1.5 rounded-6 py-1 text-13 text-muted hover:text-bright">
        <ChevronRight size={16} className="transition-transform group-data-panel-open:rotate-90" aria-hidden />
        {label}
        <span className="ml-auto truncate pl-2 text-12 text-faint tabular">{open ? null : summary}</span>
      </Collapsible.Trigger>
      <Collapsible.Panel>
        <div className="grid gap-4 pt-3">{children}</div>
      </Collapsible.Panel>
    </Collapsible.Root>
  )
}
