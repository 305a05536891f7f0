'use client'
import { Button, buttonClass, Chip, isMaking, Nothing } from '@hearth/ui'
import { useQueryClient } from '@tanstack/react-query'
import { ImageOff, Images } from 'lucide-react'
import Link from 'next/link'
import { useCallback, useEffect, useRef } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { useJobs } from '../api/queries.ts'
import { LoadProblem } from '../frame/load-problem.tsx'
import { Page, PageHead } from '../frame/page-head.tsx'
import { usePanels, usePanelTexts } from '../frame/panels.tsx'
import { SearchField } from '../frame/search-field.tsx'
import { useAddress } from '../settings/address.ts'
import { deleteLater, useGoing } from './deferred-delete.ts'
import { Detail } from './detail.tsx'
import { FullView } from './full-view.tsx'
import { Grid } from './grid.tsx'
import { byDay, isSame, type Picture, picturesOf } from './pictures.ts'
import { useGalleryKeys } from './use-gallery-keys.ts'

/** Everything that was made: found by words, opened by address, walked through by arrows. */
export function GalleryView() {
  const t = useTranslations('gallery')
  const client = useQueryClient()
  const [address, setAddress] = useAddress()
  const going = useGoing()
  const text = address.get('q') ?? ''
  const kind = address.get('kind') ?? ''
  const list = useJobs({ state: 'succeeded', limit: 48, ...(text ? { text } : {}), ...(kind ? { task: kind } : {}) })
  const jobs = list.data?.pages.flatMap(page => page.jobs).filter(job => !going.has(job.id)) ?? []
  const pictures = picturesOf(jobs)
  const selected = pictures.find(
    picture => picture.job.id === address.get('job') && picture.index === Number(address.get('picture') ?? 0),
  )
  const at = selected ? pictures.indexOf(selected) : -1

  const select = useCallback(
    (picture: Picture | undefined, full?: boolean) =>
      setAddress(
        {
          job: picture?.job.id ?? null,
          picture: picture && picture.index > 0 ? String(picture.index) : null,
          ...(full === undefined ? {} : { full: full ? '1' : null }),
        },
        full ? 'push' : 'replace',
      ),
    [setAddress],
  )
  const remove = (picture: Picture) => {
    const next =
      pictures.slice(at + 1).find(other => other.job.id !== picture.job.id) ??
      pictures.slice(0, at).findLast(other => other.job.id !== picture.job.id)
    deleteLater(client, picture.job.id, { done: t('deleted', { n: picture.job.outputs.length }), undo: t('undo') })
    select(next)
  }
  const full = address.get('full') === '1' && selected !== undefined
  useGalleryKeys({ pictures, at, full, select, remove })
  const search = useCallback((q: string) => setAddress({ q, job: null, picture: null }), [setAddress])

  const more = list.hasNextPage
  const counted = more ? t('count_more', { n: pictures.length }) : t('count', { n: pictures.length })
  return (
    <div className={selected ? 'grid h-full grid-cols-[1fr_340px] max-lg:grid-cols-1' : 'h-full'}>
      <Page>
        <PageHead title={t('title')} note={list.data && pictures.length > 0 ? counted : null}>
          <SearchField label={t('search')} value={text} onChange={search} focus={address.get('search') === '1'} />
        </PageHead>
        <Kinds kind={kind} onChange={next => setAddress({ kind: next, job: null, picture: null })} />
        {list.error ? <LoadProblem error={list.error} onRetry={() => void list.refetch()} /> : null}
        {list.isPending ? <Waiting /> : null}
        {list.data && pictures.length === 0 ? (
          <Empty searching={text !== '' || kind !== ''} onClear={() => setAddress({ q: null, kind: null })} />
        ) : null}
        {byDay(pictures).map(({ day, pictures: those }) => (
          <section key={day} className="mt-6 first-of-type:mt-0">
            <Day day={day} />
            <Grid pictures={those} selected={selected} onSelect={select} />
          </section>
        ))}
        {more ? <More busy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} /> : null}
      </Page>
      {selected ? (
        <Detail
          picture={selected}
          onClose={() => select(undefined)}
          onDelete={() => remove(selected)}
          onFull={() => select(selected, true)}
        />
      ) : null}
      {full ? (
        <FullView
          picture={selected}
          previous={pictures[at - 1]}
          next={pictures.find((candidate, place) => place > at && !isSame(candidate, selected))}
          onSelect={select}
          onClose={() => select(selected, false)}
        />
      ) : null}
    </div>
  )
}

/** One chip per kind of task that makes pictures or sounds here. */
function Kinds({ kind, onChange }: { kind: string; onChange(kind: string | null): void }) {
  const t = useTranslations('gallery')
  const { all: panels, tasks } = usePanels()
  const texts = usePanelTexts()
  const creating = new Set(tasks.filter(task => task.capability === 'create').map(task => task.id))
  const all = panels.filter(panel => creating.has(panel.task) || (isMaking(panel) && panel.speaking))
  if (all.length < 2) return null
  return (
    <fieldset className="mb-3.5 flex flex-wrap gap-2">
      <legend className="sr-only">{t('filter')}</legend>
      <Chip pressed={kind === ''} onClick={() => onChange(null)}>
        {t('all_kinds')}
      </Chip>
      {all.map(panel => (
        <Chip
          key={panel.task}
          pressed={kind === panel.task}
          onClick={() => onChange(kind === panel.task ? null : panel.task)}
        >
          {texts(panel.task)('title')}
        </Chip>
      ))}
    </fieldset>
  )
}

function Day({ day }: { day: string }) {
  const t = useTranslations('gallery')
  const format = useFormatter()
  const date = new Date(day)
  const days = Math.round((new Date(new Date().toDateString()).getTime() - date.getTime()) / 86_400_000)
  const name = days === 0 ? t('today') : days === 1 ? t('yesterday') : format.dateTime(date, { dateStyle: 'long' })
  return <h2 className="mb-2.5 text-12 font-normal text-muted">{name}</h2>
}

function Empty({ searching, onClear }: { searching: boolean; onClear(): void }) {
  const t = useTranslations('gallery')
  if (searching) {
    return (
      <Nothing
        icon={ImageOff}
        title={t('none_title')}
        text={t('none_text')}
        action={<Button onClick={onClear}>{t('none_action')}</Button>}
      />
    )
  }
  return (
    <Nothing
      icon={Images}
      title={t('empty_title')}
      text={t('empty_text')}
      action={
        <Link href="/" className={buttonClass('main')}>
          {t('empty_action')}
        </Link>
      }
    />
  )
}

function Waiting() {
  return (
    <div className="grid grid-cols-[repeat(auto-fill,minmax(150px,1fr))] gap-3">
      {Array.from({ length: 18 }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places that never move
        <div key={place} className="skeleton aspect-square rounded-10" />
      ))}
    </div>
  )
}

/** Loads the next page when it comes into sight; a button for those who tab. */
function More({ busy, onMore }: { busy: boolean; onMore(): void }) {
  const t = useTranslations('gallery')
  const foot = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!foot.current || busy) return
    const watcher = new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && onMore(), {
      rootMargin: '600px',
    })
    watcher.observe(foot.current)
    return () => watcher.disconnect()
  }, [busy, onMore])
  return (
    <div ref={foot} className="grid h-20 place-items-center">
      <Button look="quiet" disabled={busy} onClick={onMore}>
        {t('more')}
      </Button>
    </div>
  )
}
