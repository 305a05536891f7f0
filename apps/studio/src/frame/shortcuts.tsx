import { useRouter } from 'next/navigation'
import { lazy, Suspense, useEffect, useState } from 'react'
import { places } from './places.ts'

const ShortcutList = lazy(async () => ({ default: (await import('./shortcut-list.tsx')).ShortcutList }))

const openEvent = 'hearth:shortcuts'

export function showShortcuts(): void {
  window.dispatchEvent(new Event(openEvent))
}

/** Whether keys belong to what has the focus rather than to the page. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** `?` lists the keys, `/` goes to the search field, `g` and a letter go to a page. */
export function Shortcuts() {
  const router = useRouter()
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const show = () => setOpen(true)
    let going = 0
    const press = (event: KeyboardEvent) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (event.key === '?') setOpen(true)
      if (event.key === '/') {
        event.preventDefault()
        const field = document.querySelector<HTMLInputElement>('input[type="search"]')
        if (field) field.focus()
        else router.push('/gallery/?search=1')
      }
      const place = Date.now() - going < 1200 ? places.find(candidate => candidate.letter === event.key) : undefined
      going = event.key === 'g' && !place ? Date.now() : 0
      if (place) router.push(place.href)
    }
    window.addEventListener(openEvent, show)
    window.addEventListener('keydown', press)
    return () => {
      window.removeEventListener(openEvent, show)
      window.removeEventListener('keydown', press)
    }
  }, [router])
  return open ? (
    <Suspense fallback={null}>
      <ShortcutList onClose={() => setOpen(false)} />
    </Suspense>
  ) : null
}
