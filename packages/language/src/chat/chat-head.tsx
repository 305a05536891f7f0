import { buttonClass, classNames, IconButton, MenuButton, type TalkProps, useUnits } from '@hearth/ui'
import { Check, ChevronDown, Download, PanelLeft, SlidersHorizontal, SquarePen } from 'lucide-react'
import { nameOf, shownSpeed } from './conversation.ts'
import { saveAs } from './save-as.ts'
import type { Chat } from './use-chat.ts'

export interface ChatHeadProps extends TalkProps {
  chat: Chat
  settings: boolean
  onList(): void
  onSettings(): void
}

/** Which model answers and how fast it was last; the tools of the conversation. */
export function ChatHead({ chat, settings, onList, onSettings, t, model, models, onModel }: ChatHeadProps) {
  const units = useUnits()
  const speed = chat.path.findLast(({ writing }) => writing?.speed)?.writing?.speed ?? null
  const name = nameOf(chat.conversation)
  return (
    <div className="flex h-[52px] items-center gap-1 border-b border-line px-6 max-md:px-2">
      <h1 className="sr-only">{name === '' ? t('new') : name}</h1>
      <IconButton label={t('conversations')} className="md:hidden" onClick={onList}>
        <PanelLeft size={16} aria-hidden />
      </IconButton>
      <MenuButton
        className="max-w-[min(420px,calc(100vw-32px))] min-w-[220px]"
        trigger={
          <button
            type="button"
            aria-label={t('model', { name: model.title })}
            className={classNames(buttonClass('quiet'), 'min-w-0 shrink -ml-3 max-md:ml-0')}
          >
            <span className="truncate text-bright">{model.title}</span>
            <ChevronDown size={16} aria-hidden />
          </button>
        }
        items={models.map(one => ({
          label: one.title,
          icon: <Check size={16} className={one.id === model.id ? '' : 'invisible'} aria-hidden />,
          onPick: () => onModel(one.id),
        }))}
      />
      <span className="truncate text-12 text-muted tabular max-sm:hidden">
        {speed === null ? t('local') : t('local_speed', { n: units.number(shownSpeed(speed)) })}
      </span>
      <span className="flex-1" />
      {chat.path.length > 0 ? (
        <>
          <IconButton label={t('new')} className="md:hidden" onClick={chat.begin}>
            <SquarePen size={16} aria-hidden />
          </IconButton>
          <MenuButton
            align="end"
            trigger={
              <IconButton label={t('export')}>
                <Download size={16} aria-hidden />
              </IconButton>
            }
            items={[
              { label: t('export_markdown'), onPick: () => saveAs(chat.conversation, 'md', t) },
              { label: t('export_json'), onPick: () => saveAs(chat.conversation, 'json', t) },
            ]}
          />
        </>
      ) : null}
      <IconButton label={t('settings')} active={settings} onClick={onSettings}>
        <SlidersHorizontal size={16} aria-hidden />
      </IconButton>
    </div>
  )
}
