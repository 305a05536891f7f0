import { Button, boxClass, Kbd, type Translate } from '@hearth/ui'
import { CornerDownLeft, Square } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'

export interface ComposerProps {
  /** Of the conversation: each keeps what was typed into it. */
  name: string
  busy: boolean
  onSend(text: string): void
  onStop(): void
  /** Puts the cursor here when the view opens. */
  focus: boolean
  /** Text that was chosen elsewhere; taken once per number. */
  offered: { text: string; number: number }
  t: Translate
}

const typedKey = (name: string) => `hearth.chat.typed.${name}`

/** Where one writes. Enter sends, Shift+Enter breaks the line; while an answer is written, stop is where send was. */
export function Composer({ name, busy, onSend, onStop, focus, offered, t }: ComposerProps) {
  const [text, setText] = useState(() => sessionStorage.getItem(typedKey(name)) ?? '')
  const area = useRef<HTMLTextAreaElement>(null)
  const change = (next: string) => {
    setText(next)
    if (next === '') sessionStorage.removeItem(typedKey(name))
    else sessionStorage.setItem(typedKey(name), next)
  }
  const latest = useRef(change)
  latest.current = change
  useEffect(() => {
    if (focus) area.current?.focus({ preventScroll: true })
  }, [focus])
  useEffect(() => {
    if (offered.number === 0) return
    latest.current(offered.text)
    area.current?.focus()
  }, [offered])
  const send = () => {
    if (busy || text.trim() === '') return
    onSend(text.trim())
    change('')
    area.current?.focus()
  }
  const press = (event: KeyboardEvent) => {
    // A thumb has no Shift to break a line with.
    const thumb = window.matchMedia('(pointer: coarse)').matches
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || thumb) return
    event.preventDefault()
    send()
  }
  return (
    <div className={boxClass}>
      <textarea
        ref={area}
        aria-label={t('message')}
        placeholder={t('ask')}
        value={text}
        rows={1}
        onChange={event => change(event.target.value)}
        onKeyDown={press}
        className="field-sizing-content block max-h-[40dvh] min-h-11 w-full resize-none bg-transparent px-3.5 pt-3 pb-1 text-15 text-bright outline-none placeholder:text-faint max-sm:text-16"
      />
      <div className="flex items-center justify-end gap-2 px-2 pb-2">
        <span className="mr-auto px-1.5 text-12 text-faint max-md:hidden">{t('enter_hint')}</span>
        {busy ? (
          <>
            <span className="text-12 text-muted max-md:hidden">
              <Kbd plain>Esc</Kbd>
            </span>
            <Button onClick={onStop}>
              <Square size={14} aria-hidden />
              {t('stop')}
            </Button>
          </>
        ) : (
          <Button look="main" disabled={text.trim() === ''} onClick={send}>
            {t('send')}
            <CornerDownLeft size={14} aria-hidden />
          </Button>
        )}
      </div>
    </div>
  )
}
