import { Button, CopyButton, classNames, IconButton, ProblemNote, type Translate, useUnits } from '@hearth/ui'
import { ChevronRight, RefreshCw, Square, Volume2, Wrench } from 'lucide-react'
import { lazy, type ReactNode, Suspense } from 'react'
import type { MessagePart } from '../message-fields.ts'
import { shownSpeed, type Turn, textOfTurn, type Writing } from './conversation.ts'
import { type TurnProps, toolsClass, Versions } from './turn-tools.tsx'
import type { Reading } from './use-reading.ts'

const Markdown = lazy(async () => ({ default: (await import('./markdown.tsx')).Markdown }))

/** A bar where the next word comes. */
const caretClass =
  "[&>:last-child]:after:ml-0.5 [&>:last-child]:after:inline-block [&>:last-child]:after:h-[1.1em] [&>:last-child]:after:w-0.5 [&>:last-child]:after:translate-y-[0.2em] [&>:last-child]:after:bg-ember [&>:last-child]:after:content-['']"

export interface AnswerProps extends TurnProps {
  titleOf(model: string): string
  reading: Reading
}

/** What a model answered: its text, what it thought and called, how fast it was, and what went wrong. */
export function AnswerTurn({ turn, chat, t, titleOf, reading }: AnswerProps) {
  const { writing } = turn
  const busy = writing?.state === 'writing'
  const last = turn.content.length - 1
  return (
    <article aria-label={t('answer')} aria-busy={busy} className="group grid grid-cols-1 gap-1">
      <div className="grid grid-cols-1 gap-2.5 text-15 leading-[1.65] text-ink wrap-anywhere">
        {turn.content.map((part, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts are only ever added at the end
          <Part key={place} part={part} writing={busy && place === last} t={t} />
        ))}
        {busy && turn.content.length === 0 ? <Waiting t={t} /> : null}
      </div>
      {writing?.state === 'failed' ? (
        <ProblemNote
          className="mt-1"
          problem={writing.problem ?? { message: t('broke_off'), hint: t('broke_off_hint') }}
          action={
            <Button size="small" onClick={() => chat.again(turn)} disabled={chat.writing !== null}>
              <RefreshCw size={14} aria-hidden />
              {t('retry')}
            </Button>
          }
        />
      ) : null}
      <div className="-ml-1.5 flex min-h-[26px] flex-wrap items-center gap-x-1">
        {busy ? null : <Versions {...{ turn, chat, t }} />}
        {writing && writing.state !== 'failed' && !busy ? (
          <>
            <Facts writing={writing} titleOf={titleOf} t={t} />
            <span className={toolsClass}>
              <CopyButton text={() => textOfTurn(turn)} label={t('copy')} done={t('copied')} />
              <ReadAloud turn={turn} reading={reading} t={t} />
              <IconButton
                small
                label={t('regenerate')}
                disabled={chat.writing !== null}
                onClick={() => chat.again(turn)}
              >
                <RefreshCw size={14} aria-hidden />
              </IconButton>
            </span>
          </>
        ) : null}
      </div>
    </article>
  )
}

function ReadAloud({ turn, reading, t }: { turn: Turn; reading: Reading; t: Translate }) {
  const reads = reading.turn === turn.id
  const label = reading.able ? (reads ? t('read_stop') : t('read_aloud')) : t('read_none')
  const press = () => (reads ? reading.stop() : reading.read(turn.id, textOfTurn(turn)))
  return (
    <IconButton
      small
      label={label}
      active={reads}
      aria-disabled={!reading.able}
      className={reading.able ? '' : 'opacity-40'}
      onClick={reading.able ? press : undefined}
    >
      {reads ? <Square size={14} aria-hidden /> : <Volume2 size={14} aria-hidden />}
    </IconButton>
  )
}

/** Held where the first words will be; said only when it takes a while. */
function Waiting({ t }: { t: Translate }) {
  return (
    <p className="text-muted">
      <span className="inline-block h-[1.1em] w-0.5 translate-y-[0.2em] bg-ember" aria-hidden />
      <span className="late ml-2 text-13">{t('waiting')}</span>
    </p>
  )
}

function Part({ part, writing, t }: { part: MessagePart; writing: boolean; t: Translate }) {
  if (part.type === 'text' || part.type === 'refusal') {
    return (
      <div className={writing ? caretClass : ''}>
        <Suspense fallback={<p className="whitespace-pre-wrap">{part.text}</p>}>
          <Markdown text={part.text} t={t} />
        </Suspense>
      </div>
    )
  }
  if (part.type === 'reasoning') {
    return (
      <Folded label={writing ? t('thinking') : t('thought')}>
        <p className="border-l-2 border-line pl-3.5 text-13 whitespace-pre-wrap text-muted">{part.text.trim()}</p>
      </Folded>
    )
  }
  if (part.type === 'tool_call') {
    return (
      <Folded open label={t('calls', { name: part.name })} sign={<Wrench size={14} aria-hidden />}>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
          tabIndex={0}
          className="overflow-x-auto rounded-8 border border-line bg-canvas px-3.5 py-2.5 font-mono text-13 outline-offset-[-2px]"
        >
          {part.arguments}
        </pre>
      </Folded>
    )
  }
  return null
}

function Folded({
  label,
  sign,
  open,
  children,
}: {
  label: string
  sign?: ReactNode
  open?: boolean
  children: ReactNode
}) {
  return (
    <details className="group/fold" {...(open ? { open } : {})}>
      <summary className="flex cursor-pointer list-none items-center gap-1.5 rounded-6 text-13 text-muted hover:text-bright [&::-webkit-details-marker]:hidden">
        <ChevronRight size={14} className="transition-transform group-open/fold:rotate-90" aria-hidden />
        {sign}
        {label}
      </summary>
      <div className="pt-2">{children}</div>
    </details>
  )
}

function Facts({ writing, titleOf, t }: { writing: Writing; titleOf(model: string): string; t: Translate }) {
  const units = useUnits()
  const { usage, speed, finish, state } = writing
  const facts = [
    state === 'stopped' ? t('stopped') : null,
    finish === 'length' ? t('cut_off') : null,
    speed === null ? null : t('speed', { n: units.number(shownSpeed(speed)) }),
    usage
      ? t('usage', { prompt: units.number(usage.prompt_tokens), answer: units.number(usage.completion_tokens) })
      : null,
    titleOf(writing.model),
  ]
  return (
    <span className={classNames('px-1.5 text-12 tabular', state === 'stopped' ? 'text-muted' : 'text-faint')}>
      {facts.filter(Boolean).join(' · ')}
    </span>
  )
}
