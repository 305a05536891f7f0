import { Button, boxClass, CopyButton, IconButton } from '@hearth/ui'
import { Pencil } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { AttachmentChips } from './attachment-chips.tsx'
import { textOfTurn } from './conversation.ts'
import { type TurnProps, toolsClass, Versions } from './turn-tools.tsx'

/** A message of one's own. Edited, it is sent anew beside what it was. */
export function OwnTurn({ turn, chat, t }: TurnProps) {
  const [editing, setEditing] = useState(false)
  const text = textOfTurn(turn)
  if (editing) return <Editor {...{ turn, chat, t, text }} onClose={() => setEditing(false)} />
  return (
    <article aria-label={t('you')} className="group grid grid-cols-1 justify-items-end gap-1">
      <AttachmentChips files={turn.files ?? []} t={t} />
      <div className="max-w-[85%] rounded-12 rounded-br-4 border border-line bg-raised px-3.5 py-2 text-15 whitespace-pre-wrap text-ink wrap-anywhere">
        {text}
      </div>
      <div className="flex min-h-[26px] items-center">
        <span className={toolsClass}>
          <IconButton small label={t('edit')} disabled={chat.writing !== null} onClick={() => setEditing(true)}>
            <Pencil size={14} aria-hidden />
          </IconButton>
          <CopyButton text={() => text} label={t('copy')} done={t('copied')} />
        </span>
        <Versions {...{ turn, chat, t }} />
      </div>
    </article>
  )
}

function Editor({ turn, chat, t, text, onClose }: TurnProps & { text: string; onClose(): void }) {
  const [typed, setTyped] = useState(text)
  const empty = typed.trim() === ''
  const send = () => {
    if (empty || chat.writing !== null) return
    onClose()
    chat.edit(turn, typed)
  }
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      send()
    }
    if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      onClose()
    }
  }
  return (
    <div className={boxClass}>
      <textarea
        // biome-ignore lint/a11y/noAutofocus: the button that was pressed is gone
        autoFocus
        aria-label={t('edit_message')}
        value={typed}
        rows={2}
        onFocus={({ target }) => target.setSelectionRange(target.value.length, target.value.length)}
        onChange={event => setTyped(event.target.value)}
        onKeyDown={press}
        className="field-sizing-content block max-h-80 w-full resize-none bg-transparent px-3.5 py-2.5 text-15 text-bright outline-none max-sm:text-16"
      />
      <div className="flex justify-end gap-2 px-2 pb-2">
        <Button size="small" look="quiet" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button size="small" disabled={empty} onClick={send}>
          {t('send_edited')}
        </Button>
      </div>
    </div>
  )
}
