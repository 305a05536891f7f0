import { useEffect, useState } from 'react'

interface Hint {
  text: string
  x: number
  y: number
  above: boolean
}
const patience = 450

/**
 * Shows `data-hint` of what the pointer rests on or the keyboard has reached. One for the whole page: an icon needs no
 * more than the attribute, and says the same to screen readers by its label.
 */
export function HintLayer() {
  const [hint, setHint] = useState<Hint | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const hide = () => {
      clearTimeout(timer)
      setHint(null)
    }
    const offer = (event: Event, delay: number) => {
      const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-hint]') : null
      hide()
      if (!target) return
      timer = setTimeout(() => {
        // What it opened speaks for itself.
        if (target.isConnected && target.getAttribute('aria-expanded') !== 'true') setHint(placeOf(target))
      }, delay)
    }
    const point = (event: PointerEvent) => {
      if (event.pointerType === 'mouse') offer(event, patience)
    }
    const reach = (event: FocusEvent) => {
      if (event.target instanceof Element && event.target.matches(':focus-visible')) offer(event, 0)
    }
    document.addEventListener('pointerover', point)
    document.addEventListener('focusin', reach)
    for (const name of ['pointerdown', 'keydown', 'scroll', 'focusout'] as const)
      document.addEventListener(name, hide, true)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('pointerover', point)
      document.removeEventListener('focusin', reach)
      for (const name of ['pointerdown', 'keydown', 'scroll', 'focusout'] as const)
        document.removeEventListener(name, hide, true)
    }
  }, [])
  if (!hint) return null
  return (
    <div
      aria-hidden
      className="pointer-events-none fixed z-[60] -translate-x-1/2 rounded-6 border border-line bg-raised px-2 py-1 text-12 whitespace-nowrap text-ink shadow-card"
      style={{ left: hint.x, top: hint.y, translate: hint.above ? '0 -100%' : undefined }}
    >
      {hint.text}
    </div>
  )
}

/** Below the element, or above it near the foot of the page; never past its sides. */
function placeOf(element: HTMLElement): Hint {
  const box = element.getBoundingClientRect()
  const text = element.dataset.hint ?? ''
  const half = 12 + text.length * 3.6
  const above = box.bottom > window.innerHeight / 2
  return {
    text,
    x: Math.min(window.innerWidth - half, Math.max(half, box.left + box.width / 2)),
    y: above ? box.top - 6 : box.bottom + 6,
    above,
  }
}
