import { useEffect } from 'react'
import { isTyping } from '../frame/shortcuts.tsx'
import type { Picture } from './pictures.ts'

interface Keys {
  pictures: Picture[]
  at: number
  full: boolean
  select(picture: Picture | undefined, full?: boolean): void
  remove(picture: Picture): void
}

/** How many pictures stand in a row now. */
function columns(): number {
  const grid = document.querySelector('[data-gallery-grid]')
  return grid ? getComputedStyle(grid).gridTemplateColumns.split(' ').length : 1
}

/** Arrows walk, F and Enter open, Del deletes, Esc goes one step back. */
export function useGalleryKeys({ pictures, at, full, select, remove }: Keys): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (document.querySelector('[role="menu"],[role="alertdialog"]')) return
      const row = full ? 1 : columns()
      const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row }
      const step = steps[event.key]
      const selected = pictures[at]
      if (step !== undefined) {
        const next = at < 0 ? pictures[0] : pictures[at + step]
        if (!next) return
        event.preventDefault()
        select(next)
        document.getElementById(`picture-${next.job.id}-${next.index}`)?.focus({ preventScroll: full })
      } else if (event.key === 'f' && selected) select(selected, !full)
      else if (event.key === 'Delete' && selected) remove(selected)
      else if (event.key === 'Escape' && selected && !full) select(undefined)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  })
}
