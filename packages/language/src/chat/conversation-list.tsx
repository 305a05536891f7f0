import { Button, boxClass, classNames, Dot, IconButton, MenuButton, type Translate } from '@hearth/ui'
import { Ellipsis, Search, SquarePen, X } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { type Conversation, isAbout, nameOf } from './conversation.ts'
import { saveAs } from './save-as.ts'
import type { Chat } from './use-chat.ts'

export interface ConversationListProps {
  chat: Chat
  t: Translate
  className: string
  onOpen(id: string): void
  onNew(): void
  onClose(): void
}

/** Midnights that part today from yesterday and yesterday from before. */
function groupsOf(conversations: readonly Conversation[]): { name: string; those: Conversation[] }[] {
  const today = new Date().setHours(0, 0, 0, 0)
  const yesterday = today - 86_400_000
  const groups = [
    { name: 'today', those: conversations.filter(({ changed }) => changed >= today) },
    { name: 'yesterday', those: conversations.filter(({ changed }) => changed < today && changed >= yesterday) },
    { name: 'earlier', those: conversations.filter(({ changed }) => changed < yesterday) },
  ]
  return groups.filter(({ those }) => those.length > 0)
}

/** Every conversation of this browser, newest first, found by their words. */
export function ConversationList({ chat, t, className, onOpen, onNew, onClose }: ConversationListProps) {
  const [search, setSearch] = useState('')
  const { conversations, ready, unkept } = chat.state
  const found = search.trim() === '' ? conversations : conversations.filter(one => isAbout(one, search.trim()))
  return (
    <aside
      aria-label={t('conversations')}
      className={classNames(
        'grid min-h-0 grid-rows-[auto_1fr_auto] border-r border-line bg-surface max-md:border-r-0',
        className,
      )}
    >
      <div className="grid gap-2 p-3 pb-2">
        <div className="flex gap-2">
          <Button className="flex-1" onClick={onNew}>
            <SquarePen size={16} aria-hidden />
            {t('new')}
          </Button>
          <IconButton label={t('close_list')} className="md:hidden" onClick={onClose}>
            <X size={16} aria-hidden />
          </IconButton>
        </div>
        {conversations.length > 0 ? (
          <div className={classNames(boxClass, 'flex h-8 items-center gap-2 px-2.5 text-faint')}>
            <Search size={14} aria-hidden />
            <input
              type="search"
              aria-label={t('search')}
              placeholder={t('search')}
              value={search}
              onChange={event => setSearch(event.target.value)}
              className="w-full min-w-0 bg-transparent text-13 text-ink outline-none placeholder:text-faint max-sm:text-16 [&::-webkit-search-cancel-button]:hidden"
            />
          </div>
        ) : null}
      </div>
      <nav aria-label={t('conversations')} className="min-h-0 overflow-y-auto px-3 pb-3">
        {groupsOf(found).map(({ name, those }) => (
          <section key={name}>
            <h2 className="px-2 pt-2 pb-1 text-12 font-normal text-muted">{t(name)}</h2>
            <ul className="grid grid-cols-1 gap-0.5">
              {those.map(one => (
                <Row key={one.id} one={one} chat={chat} t={t} onOpen={onOpen} />
              ))}
            </ul>
          </section>
        ))}
        {ready && found.length === 0 ? (
          <p className="px-2 py-3 text-13 text-muted">{search.trim() === '' ? t('none') : t('none_found')}</p>
        ) : null}
      </nav>
      <p className="border-t border-line px-5 py-2.5 text-12 text-faint">{unkept ? t('unkept') : t('kept')}</p>
    </aside>
  )
}

function Row({ one, chat, t, onOpen }: { one: Conversation; chat: Chat; t: Translate; onOpen(id: string): void }) {
  const [renaming, setRenaming] = useState(false)
  const open = one.id === chat.conversation.id
  if (renaming) return <Rename one={one} chat={chat} t={t} onClose={() => setRenaming(false)} />
  return (
    <li
      className={classNames(
        'group flex h-[34px] items-center rounded-6 pr-1 transition-colors hover:bg-hover',
        open ? 'bg-hover' : '',
      )}
    >
      <button
        type="button"
        aria-current={open ? 'true' : undefined}
        onClick={() => onOpen(one.id)}
        className="flex h-full min-w-0 flex-1 items-center gap-2 rounded-6 px-2 text-left text-13 text-muted hover:text-bright aria-[current]:text-bright"
      >
        <span className="truncate">{nameOf(one)}</span>
        {chat.state.writing.has(one.id) ? <Dot tone="live" /> : null}
      </button>
      <MenuButton
        align="end"
        trigger={
          <IconButton
            small
            label={t('more', { name: nameOf(one) })}
            className="opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 aria-expanded:opacity-100 [@media(hover:none)]:opacity-100"
          >
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        }
        items={[
          { label: t('rename'), onPick: () => setRenaming(true) },
          { label: t('export_markdown'), onPick: () => saveAs(one, 'md', t) },
          { label: t('export_json'), onPick: () => saveAs(one, 'json', t) },
          { label: t('delete'), className: 'text-bad', onPick: () => chat.remove(one) },
        ]}
      />
    </li>
  )
}

function Rename({ one, chat, t, onClose }: { one: Conversation; chat: Chat; t: Translate; onClose(): void }) {
  const [typed, setTyped] = useState(nameOf(one))
  const keep = () => {
    chat.rename(one, typed)
    onClose()
  }
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') keep()
    if (event.key !== 'Escape') return
    event.preventDefault()
    onClose()
  }
  return (
    <li className={boxClass}>
      <input
        // biome-ignore lint/a11y/noAutofocus: somebody asked to type here
        autoFocus
        aria-label={t('name')}
        value={typed}
        maxLength={120}
        onFocus={({ target }) => target.select()}
        onChange={event => setTyped(event.target.value)}
        onKeyDown={press}
        onBlur={keep}
        className="h-8 w-full bg-transparent px-2 text-13 text-bright outline-none max-sm:text-16"
      />
    </li>
  )
}
