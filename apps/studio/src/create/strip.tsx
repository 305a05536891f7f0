import type { JobView } from '@hearth/contract'
import { classNames, type MakingPanel, useUnits } from '@hearth/ui'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { useJob } from '../api/queries.ts'
import { isTyping } from '../frame/shortcuts.tsx'
import { usePreview } from '../live/previews.ts'

export interface StripProps {
  results: JobView[]
  panels: MakingPanel[]
  shown: string | null
  index: number
  onPick(job: string, index: number): void
}

/** What was made, newest first. Arrows walk through it. */
export function Strip({ results, panels, shown, index, onPick }: StripProps) {
  const t = useTranslations('create')
  const pictures = results.flatMap(job => {
    const places = visibleOf(job).map(({ place }) => place)
    return (places.length > 0 ? places : [0]).map(place => ({ job: job.id, place }))
  })
  const at = pictures.findIndex(picture => picture.job === shown && picture.place === index)
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (
        isTyping(event.target) ||
        event.defaultPrevented ||
        (event.target instanceof HTMLElement && event.target.closest('[role="slider"],[role="dialog"],[role="menu"]'))
      )
        return
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
      const next = step === 0 ? undefined : pictures[at + step]
      if (!next) return
      event.preventDefault()
      onPick(next.job, next.place)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  })
  if (results.length === 0) return null
  return (
    <ol
      aria-label={t('results')}
      className="flex h-[101px] items-center gap-2.5 overflow-x-auto border-t border-line bg-ground px-4 max-md:h-[76px] max-md:px-3"
    >
      {results.map(job => (
        <Tiles
          key={job.id}
          known={job}
          panel={panels.find(panel => panel.task === job.task)}
          shownIndex={job.id === shown ? index : null}
          onPick={onPick}
        />
      ))}
    </ol>
  )
}

/** The outputs that there is a small picture of, with their places among all. */
function visibleOf(job: JobView) {
  return job.outputs
    .map((file, place) => ({ file, place }))
    .filter(({ file }) => file.mime.startsWith('image/') || file.mime.startsWith('video/'))
}

function Tiles({
  known,
  panel,
  shownIndex,
  onPick,
}: {
  known: JobView
  panel: MakingPanel | undefined
  shownIndex: number | null
  onPick: StripProps['onPick']
}) {
  const t = useTranslations('create')
  const units = useUnits()
  const job = useJob(known.id, known).data ?? known
  const preview = usePreview(job.id, job.state === 'running' && job.progress !== null)
  const words = job.state === 'succeeded' ? panel?.words?.(job) : undefined
  const title = words ?? panel?.title(job.input) ?? ''
  const count = panel?.count(job.input) ?? 1
  const visible = visibleOf(job)
  const done = visible.length
  const label = (place: number) => t('result', { n: place + 1, total: Math.max(count, done), title })
  if (words !== undefined) {
    return (
      <Tile label={label(0)} selected={shownIndex !== null} onClick={() => onPick(job.id, 0)} written>
        <span className="line-clamp-4 px-1.5 text-left text-11 leading-tight break-words max-md:line-clamp-3">
          {words}
        </span>
      </Tile>
    )
  }
  if (job.state === 'succeeded') {
    return visible.map(({ file, place }) => (
      <Tile key={file.name} label={label(place)} selected={shownIndex === place} onClick={() => onPick(job.id, place)}>
        <img src={`${file.url}?size=256`} alt="" className="size-full object-cover" />
      </Tile>
    ))
  }
  if (job.state === 'failed' || job.state === 'cancelled') return null
  return (
    <>
      <Tile label={label(0)} selected={shownIndex !== null} onClick={() => onPick(job.id, 0)} waiting={!preview}>
        {preview ? (
          <img src={preview} alt="" className="size-full object-cover" />
        ) : (
          <span>{job.queue_position ? units.ordinal(job.queue_position) : '…'}</span>
        )}
      </Tile>
      {count > 1 ? (
        <Tile label={label(count - 1)} selected={false} onClick={() => onPick(job.id, 0)} waiting>
          {t('tile_wait', { done, total: count })}
        </Tile>
      ) : null}
    </>
  )
}

function Tile(props: {
  label: string
  selected: boolean
  waiting?: boolean
  written?: boolean
  onClick(): void
  children: ReactNode
}) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (props.selected) button.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [props.selected])
  return (
    <li className="shrink-0 p-0.5">
      <button
        ref={button}
        type="button"
        aria-label={props.label}
        aria-current={props.selected ? 'true' : undefined}
        onClick={props.onClick}
        className={classNames(
          'grid size-[76px] place-items-center overflow-hidden rounded-8 border text-12 text-muted tabular max-md:size-14',
          props.waiting ? 'border-dashed border-line-strong' : 'border-line',
          props.waiting || props.written ? 'bg-surface' : 'bg-paper',
          props.selected ? 'outline-2 outline-offset-2 outline-ember' : '',
        )}
      >
        {props.children}
      </button>
    </li>
  )
}
