import { cloneElement, lazy, type ReactElement, type ReactNode, Suspense, useState } from 'react'

const load = () => import('./floating-popup.tsx')
const Popup = lazy(async () => ({ default: (await load()).FloatingPopup }))

/** A button of the page; what opens it is added here. */
export type Trigger = ReactElement<{
  onClick?(): void
  onPointerEnter?(): void
  onFocus?(): void
  'aria-expanded'?: boolean
}>

export interface FloatingProps {
  trigger: Trigger
  label: string
  children: ReactNode
  className?: string
  open: boolean
  onOpenChange(open: boolean): void
}

/** Something that belongs to a button and floats over the page. Its code comes when somebody is about to open it. */
export function Floating(props: FloatingProps) {
  const [asked, setAsked] = useState(false)
  const warm = () => void load()
  const closed = cloneElement(props.trigger, {
    onPointerEnter: warm,
    onFocus: warm,
    'aria-expanded': false,
    onClick() {
      setAsked(true)
      props.onOpenChange(true)
    },
  })
  if (!asked) return closed
  return (
    <Suspense fallback={closed}>
      <Popup {...props} />
    </Suspense>
  )
}
