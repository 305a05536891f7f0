import { IconButton, type Translate } from '@hearth/ui'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { type Turn, versionsOf } from './conversation.ts'
import type { Chat } from './use-chat.ts'

export interface TurnProps {
  turn: Turn
  chat: Chat
  t: Translate
}

/** Steps between the versions of a turn; nothing where there is one. */
export function Versions({ turn, chat, t }: TurnProps) {
  const versions = versionsOf(chat.conversation, turn)
  const at = versions.findIndex(({ id }) => id === turn.id)
  if (versions.length < 2) return null
  const step = (by: number) => {
    const next = versions[at + by]
    if (next) chat.choose(next)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <span role="group" aria-label={t('versions')} className="flex items-center">
      <IconButton small label={t('version_before')} disabled={at === 0} onClick={() => step(-1)}>
        <ChevronLeft size={14} aria-hidden />
      </IconButton>
      <span className="px-0.5 text-12 text-muted tabular">{t('version', { n: at + 1, total: versions.length })}</span>
      <IconButton small label={t('version_after')} disabled={at === versions.length - 1} onClick={() => step(1)}>
        <ChevronRight size={14} aria-hidden />
      </IconButton>
    </span>
  )
}

/** Tools that come with the pointer or the focus, always there where neither hovers. */
export const toolsClass =
  'flex items-center opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100'
