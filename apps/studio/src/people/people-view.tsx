'use client'
import { Button, IconButton, Nothing } from '@hearth/ui'
import { useQueryClient } from '@tanstack/react-query'
import { ChartSpline, ScanFace, UserPlus, Users } from 'lucide-react'
import { lazy, Suspense, useCallback } from 'react'
import { useTranslations } from 'use-intl'
import { cached } from '../api/cached.ts'
import { LoadProblem } from '../frame/load-problem.tsx'
import { Page, PageHead } from '../frame/page-head.tsx'
import { PageWords } from '../frame/page-words.tsx'
import { PlaceTabs } from '../frame/place-tabs.tsx'
import { SearchField } from '../frame/search-field.tsx'
import { useAddress } from '../settings/address.ts'
import { useNow } from '../settings/now.ts'
import { type PersonView, usePeople } from './people-api.ts'
import { PeopleTable } from './people-table.tsx'
import { peopleWords } from './people-words.ts'
import { StaleNotice } from './stale-notice.tsx'

const EnrolForm = lazy(async () => ({ default: (await import('./enrol-form.tsx')).EnrolForm }))
const PersonDetail = lazy(async () => ({ default: (await import('./person-detail.tsx')).PersonDetail }))
const FaceSearch = lazy(async () => ({ default: (await import('./face-search.tsx')).FaceSearch }))
const CalibrationDialog = lazy(async () => ({ default: (await import('./calibration-dialog.tsx')).CalibrationDialog }))
const EraseDialog = lazy(async () => ({ default: (await import('./erase-dialog.tsx')).EraseDialog }))

const month = 31 * 24 * 3600_000

/** Whom the cameras know, and what is held about them. */
export function PeopleView() {
  return (
    <PageWords name="people" words={peopleWords}>
      <People />
    </PageWords>
  )
}

function People() {
  const t = useTranslations('people')
  const client = useQueryClient()
  const [address, setAddress] = useAddress()
  const now = useNow(60_000)
  const q = address.get('q') ?? ''
  const collection = address.get('collection') ?? ''
  const list = usePeople({ q, collection })
  const people = list.data?.pages.flatMap(page => page.people) ?? []
  const counted = list.data?.pages[0]?.collections ?? []
  const total = counted.reduce((sum, one) => sum + one.people, 0)
  const expiring = people.filter(person => person.expires_at && Date.parse(person.expires_at) - now < month).length
  const search = useCallback((text: string) => setAddress({ q: text }), [setAddress])
  const shown = address.get('person')
  const dialog = address.get('dialog')
  const erasing = people.find(person => person.id === address.get('erase'))
  const refresh = () => void client.invalidateQueries({ queryKey: cached.people })
  const open = (person: PersonView | null) => setAddress({ person: person?.id ?? null, enrol: null }, 'push')
  const side = shown !== null || address.has('enrol')
  const stale = people.filter(person => person.needs_re_enrolment)
  return (
    <div className={`relative grid h-full min-h-0 ${side ? 'lg:grid-cols-[1fr_344px]' : ''}`}>
      <Page>
        <PlaceTabs current="people" />
        <PageHead
          title={t('title')}
          note={
            list.data ? (expiring > 0 ? t('note_expiring', { n: total, expiring }) : t('note', { n: total })) : null
          }
        >
          <SearchField label={t('search')} value={q} onChange={search} />
          <IconButton label={t('search_face')} className="size-[34px]" onClick={() => setAddress({ dialog: 'face' })}>
            <ScanFace size={18} aria-hidden />
          </IconButton>
          <Button onClick={() => setAddress({ dialog: 'calibrate' })}>
            <ChartSpline size={16} aria-hidden />
            {t('calibrate')}
          </Button>
          <Button look="main" onClick={() => setAddress({ enrol: '1', person: null }, 'push')}>
            <UserPlus size={16} aria-hidden />
            {t('enrol')}
          </Button>
        </PageHead>
        {stale.length > 0 ? (
          <StaleNotice
            people={stale}
            onOpen={id => setAddress({ person: id, enrol: null }, 'push')}
            onChanged={refresh}
          />
        ) : null}
        {list.error ? <LoadProblem error={list.error} onRetry={() => void list.refetch()} /> : null}
        {list.isPending ? <div className="skeleton h-40" /> : null}
        {list.data && people.length === 0 ? (
          q ? (
            <Nothing icon={Users} title={t('no_match_title')} text={t('no_match_text')} />
          ) : (
            <Nothing icon={Users} title={t('none_title')} text={t('none_text')} />
          )
        ) : null}
        {people.length > 0 ? (
          <PeopleTable
            people={people}
            now={now}
            shown={shown}
            onOpen={open}
            onErase={person => setAddress({ erase: person.id })}
          />
        ) : null}
        {list.hasNextPage ? (
          <Button className="mt-4" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('more')}
          </Button>
        ) : null}
      </Page>
      <Suspense fallback={side ? <div className="border-l border-line bg-surface" /> : null}>
        {address.has('enrol') ? (
          <EnrolForm
            key="enrol"
            onClose={() => setAddress({ enrol: null })}
            onEnrolled={person => {
              refresh()
              setAddress({ enrol: null, person: person.id })
            }}
          />
        ) : shown ? (
          <PersonDetail
            key={shown}
            id={shown}
            people={people}
            onClose={() => setAddress({ person: null })}
            onErase={() => setAddress({ erase: shown })}
            onChanged={refresh}
            onMerged={into => {
              refresh()
              setAddress({ person: into })
            }}
          />
        ) : null}
        {dialog === 'face' ? (
          <FaceSearch
            onClose={() => setAddress({ dialog: null })}
            onPick={id => setAddress({ dialog: null, person: id, enrol: null })}
          />
        ) : null}
        {dialog === 'calibrate' ? <CalibrationDialog onClose={() => setAddress({ dialog: null })} /> : null}
        {erasing ? (
          <EraseDialog
            person={erasing}
            onClose={() => setAddress({ erase: null })}
            onErased={() => {
              refresh()
              setAddress({ erase: null, person: null })
            }}
          />
        ) : null}
      </Suspense>
    </div>
  )
}
