import { Button, Chip, classNames, Nothing, type TalkProps } from '@hearth/ui'
import { MessageSquareOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { ChatHead } from './chat-head.tsx'
import { ChatSettings } from './chat-settings.tsx'
import { Composer } from './composer.tsx'
import { ConversationList } from './conversation-list.tsx'
import { TurnList } from './turn-list.tsx'
import { useChat } from './use-chat.ts'
import { useReading } from './use-reading.ts'

const wide = '(min-width: 56.25rem)'
const nothingOffered = { text: '', number: 0 }

/** Conversations at the left, the open one in the middle, its settings at the right; on a phone one of them at a time. */
export function ChatView(props: TalkProps) {
  const { t, models, go } = props
  const chat = useChat(props)
  const [side, setSide] = useState<'none' | 'list' | 'settings'>('none')
  const [offered, setOffered] = useState(nothingOffered)
  const titleOf = (id: string) => models.find(model => model.id === id)?.title ?? id
  const narrow = () => !window.matchMedia(wide).matches
  const after = (act: () => void) => () => {
    act()
    setOffered(nothingOffered)
    if (narrow()) setSide('none')
  }
  const reading = useReading(props)
  useStopKey(chat.writing ? chat.stop : reading.turn ? reading.stop : null)
  const settings = side === 'settings'
  return (
    <div
      className={classNames(
        'grid h-full grid-cols-1',
        settings ? 'md:grid-cols-[1fr_320px] lg:grid-cols-[260px_1fr_320px]' : 'md:grid-cols-[260px_1fr]',
      )}
    >
      <ConversationList
        chat={chat}
        t={t}
        className={classNames(side === 'list' ? '' : 'max-md:hidden', settings ? 'max-lg:hidden' : '')}
        onOpen={id => after(() => go(id, 'push'))()}
        onNew={after(chat.begin)}
        onClose={() => setSide('none')}
      />
      <section
        className={classNames('grid min-h-0 min-w-0 grid-rows-[auto_1fr_auto]', side === 'none' ? '' : 'max-md:hidden')}
      >
        <ChatHead
          {...props}
          chat={chat}
          settings={settings}
          onList={() => setSide('list')}
          onSettings={() => setSide(settings ? 'none' : 'settings')}
        />
        {chat.path.length > 0 ? (
          <TurnList key={chat.conversation.id} chat={chat} reading={reading} titleOf={titleOf} t={t} />
        ) : chat.lost ? (
          <Lost onNew={chat.begin} t={t} />
        ) : chat.loading ? (
          <div />
        ) : (
          <Opening {...props} onPick={text => setOffered(({ number }) => ({ text, number: number + 1 }))} />
        )}
        <div className="mx-auto w-full max-w-[784px] px-6 pb-5 max-sm:px-3 max-sm:pb-[max(12px,env(safe-area-inset-bottom))]">
          <Composer
            key={chat.conversation.id}
            name={chat.path.length > 0 ? chat.conversation.id : 'new'}
            busy={chat.writing !== null}
            onSend={chat.send}
            onStop={chat.stop}
            focus={window.matchMedia(wide).matches}
            offered={offered}
            voice={props.voice}
            reportOf={props.reportOf}
            t={t}
          />
        </div>
      </section>
      {settings ? <ChatSettings {...props} chat={chat} onClose={() => setSide('none')} /> : null}
    </div>
  )
}

/** Esc stops the answer, or its being read, unless something is open that it closes. */
function useStopKey(stop: (() => void) | null): void {
  useEffect(() => {
    if (!stop) return
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return
      if (document.querySelector('[role="dialog"],[role="listbox"],[role="menu"]') === null) stop()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  })
}

const examples = ['example_1', 'example_2', 'example_3', 'example_4']

/** Before the first message: what the model is, and what one might ask it. */
function Opening({ t, model, onPick }: TalkProps & { onPick(text: string): void }) {
  return (
    <div className="grid content-center justify-items-center gap-4 overflow-y-auto px-6 py-6 text-center">
      <div className="max-w-[520px]">
        <h2 className="text-20">{t('empty_title')}</h2>
        <p className="mt-1.5 text-13 text-muted">{t('empty_text')}</p>
        {model.starter ? <p className="mt-3 text-13 text-muted">{model.description}</p> : null}
      </div>
      <div className="flex max-w-[620px] flex-wrap justify-center gap-2">
        {examples.map(example => (
          <Chip key={example} onClick={() => onPick(t(example))}>
            {t(example)}
          </Chip>
        ))}
      </div>
    </div>
  )
}

function Lost({ onNew, t }: { onNew(): void; t: TalkProps['t'] }) {
  return (
    <div className="grid content-center">
      <Nothing
        icon={MessageSquareOff}
        title={t('lost_title')}
        text={t('lost_text')}
        action={<Button onClick={onNew}>{t('new')}</Button>}
      />
    </div>
  )
}
