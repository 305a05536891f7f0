import { IconButton, type Translate } from '@hearth/ui'
import { ArrowDown } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { AnswerTurn } from './answer-turn.tsx'
import { OwnTurn } from './own-turn.tsx'
import type { Chat } from './use-chat.ts'
import type { Reading } from './use-reading.ts'

/** Pixels from the end within which one is at the end. */
const near = 48

/** Keeps the end in sight while text comes in, unless somebody scrolled away from it. */
function useEnd() {
  const area = useRef<HTMLDivElement>(null)
  const inner = useRef<HTMLDivElement>(null)
  const [away, setAway] = useState(false)
  const follows = useRef(true)
  const toEnd = () => {
    follows.current = true
    setAway(false)
    if (area.current) area.current.scrollTop = area.current.scrollHeight
  }
  const onScroll = () => {
    if (!area.current) return
    const { scrollHeight, scrollTop, clientHeight } = area.current
    follows.current = scrollHeight - scrollTop - clientHeight < near
    setAway(!follows.current)
  }
  useEffect(() => {
    const watched = [area.current, inner.current].filter(element => element !== null)
    const watcher = new ResizeObserver(() => {
      if (follows.current && area.current) area.current.scrollTop = area.current.scrollHeight
    })
    for (const element of watched) watcher.observe(element)
    return () => watcher.disconnect()
  }, [])
  return { area, inner, away, toEnd, onScroll }
}

export interface TurnListProps {
  chat: Chat
  reading: Reading
  titleOf(model: string): string
  t: Translate
}

/** The branch that is shown, message by message. */
export function TurnList({ chat, reading, titleOf, t }: TurnListProps) {
  const { area, inner, away, toEnd, onScroll } = useEnd()
  const { path, writing } = chat
  // What somebody sends, they want to see answered.
  const sent = path.findLast(({ role }) => role === 'user')?.id
  const go = useRef(toEnd)
  go.current = toEnd
  useEffect(() => {
    if (sent) go.current()
  }, [sent])
  return (
    <div className="relative min-h-0">
      <section
        ref={area}
        onScroll={onScroll}
        aria-label={t('conversation')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        className="h-full overflow-y-auto outline-offset-[-3px]"
      >
        <div ref={inner} className="mx-auto grid max-w-[768px] grid-cols-1 gap-2.5 px-6 pt-7 pb-6 max-sm:px-4">
          {path.map(turn =>
            turn.role === 'user' ? (
              <OwnTurn key={turn.id} turn={turn} chat={chat} t={t} />
            ) : (
              <AnswerTurn key={turn.id} turn={turn} chat={chat} t={t} titleOf={titleOf} reading={reading} />
            ),
          )}
        </div>
      </section>
      <p role="status" className="sr-only">
        {writing ? t('writing') : path.at(-1)?.writing?.state === 'done' ? t('written') : ''}
      </p>
      {away ? (
        <IconButton
          label={t('to_end')}
          className="absolute bottom-2 left-1/2 -translate-x-1/2 border border-line bg-raised shadow-card"
          onClick={toEnd}
        >
          <ArrowDown size={16} aria-hidden />
        </IconButton>
      ) : null}
    </div>
  )
}
