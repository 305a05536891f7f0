import {
  Button,
  boxClass,
  classNames,
  IconButton,
  Kbd,
  ProblemNote,
  type TalkProps,
  type Translate,
  useFileDrop,
} from '@hearth/ui'
import { MicrophoneNote } from '@hearth/ui/sound'
import { CornerDownLeft, Paperclip, Square } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { AttachmentChips } from './attachment-chips.tsx'
import type { Attachment } from './attachments.ts'
import { type Dictation, DictationButton, useDictation } from './dictation.tsx'
import { useAttachments } from './use-attachments.ts'

export interface ComposerProps extends Pick<TalkProps, 'voice' | 'reportOf'> {
  /** Of the conversation: each keeps what was typed into it. */
  name: string
  busy: boolean
  onSend(text: string, files: readonly Attachment[]): void
  onStop(): void
  /** Puts the cursor here when the view opens. */
  focus: boolean
  /** Text that was chosen elsewhere; taken once per number. */
  offered: { text: string; number: number }
  t: Translate
}

const typedKey = (name: string) => `hearth.chat.typed.${name}`

/** What was typed, as long as the browser's tab lasts. */
function useTyped(name: string) {
  const [text, setText] = useState(() => sessionStorage.getItem(typedKey(name)) ?? '')
  const change = (next: string) => {
    setText(next)
    if (next === '') sessionStorage.removeItem(typedKey(name))
    else sessionStorage.setItem(typedKey(name), next)
  }
  return [text, change] as const
}

/** Where one writes. Enter sends, Shift+Enter breaks the line; while an answer is written, stop is where send was. */
export function Composer(props: ComposerProps) {
  const { name, busy, onSend, onStop, focus, offered, t } = props
  const [text, change] = useTyped(name)
  const area = useRef<HTMLTextAreaElement>(null)
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
  const attached = useAttachments()
  const dictation = useDictation(props, said => {
    const before = area.current?.value ?? ''
    latest.current(before.trim() === '' ? said : `${before.trimEnd()} ${said}`)
    area.current?.focus()
  })
  const { over, drag } = useFileDrop(transfer => void attached.add([...transfer.files]))
  const send = () => {
    if (busy || text.trim() === '') return
    onSend(text.trim(), attached.files)
    attached.clear()
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
    <div {...drag} className={classNames(boxClass, over ? 'bg-ember-soft' : '')}>
      <Beside attached={attached} dictation={dictation} t={t} />
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
        <span className="flex items-center gap-0.5">
          <AttachButton onFiles={files => void attached.add(files)} t={t} />
          <DictationButton dictation={dictation} t={t} />
        </span>
        <span className="mr-auto px-1.5 text-12 text-faint max-md:invisible">{t('enter_hint')}</span>
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

/** What goes with the message, and what does not. */
function Beside({
  attached,
  dictation,
  t,
}: {
  attached: ReturnType<typeof useAttachments>
  dictation: Dictation
  t: Translate
}) {
  const { files, refused, remove } = attached
  if (files.length === 0 && !refused && !dictation.problem && !dictation.microphone) return null
  return (
    <div className="grid gap-2 px-3 pt-3">
      <AttachmentChips files={files} t={t} onRemove={remove} />
      {refused ? (
        <ProblemNote problem={{ message: t(refused.reason, { name: refused.name }), hint: t('attach_hint') }} />
      ) : null}
      {dictation.problem ? <ProblemNote problem={dictation.problem} /> : null}
      <MicrophoneNote problem={dictation.microphone} />
    </div>
  )
}

function AttachButton({ onFiles, t }: { onFiles(files: File[]): void; t: Translate }) {
  const chooser = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={chooser}
        type="file"
        multiple
        tabIndex={-1}
        aria-label={t('attach')}
        className="sr-only"
        onChange={event => {
          onFiles([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
      <IconButton label={t('attach')} onClick={() => chooser.current?.click()}>
        <Paperclip size={16} aria-hidden />
      </IconButton>
    </>
  )
}
