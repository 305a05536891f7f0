import { type ErrorReport, toAppError } from '@hearth/contract'
import { Button, IconButton, ProblemNote, useUnits } from '@hearth/ui'
import { useQueryClient } from '@tanstack/react-query'
import { Check, Download, Merge, Pencil, Trash2, UserPlus, X } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslations } from 'use-intl'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { download } from '../create/stage-hud.tsx'
import { Fact, Facts } from '../frame/facts.tsx'
import { LoadProblem } from '../frame/load-problem.tsx'
import { notify } from '../frame/notices.tsx'
import { TextField } from '../frame/text-field.tsx'
import { useNow } from '../settings/now.ts'
import { reasonsOf } from './enrol-form.tsx'
import { type PersonView, pictureForm, sendPictures, usePerson } from './people-api.ts'
import { Expires, Initials } from './people-table.tsx'
import { PictureShelf } from './picture-shelf.tsx'
import { SidePanel } from './side-panel.tsx'
import { usePictures } from './use-pictures.ts'

const MergeDialog = lazy(async () => ({ default: (await import('./merge-dialog.tsx')).MergeDialog }))

export interface PersonDetailProps {
  id: string
  people: readonly PersonView[]
  onClose(): void
  onErase(): void
  onChanged(): void
  onMerged(into: string): void
}

/** Everything held about a person, and what can be done with it. */
export function PersonDetail(props: PersonDetailProps) {
  const { id } = props
  const t = useTranslations('people')
  const client = useQueryClient()
  const person = usePerson(id)
  const [adding, setAdding] = useState(false)
  const [merging, setMerging] = useState(false)
  const changed = () => {
    void client.invalidateQueries({ queryKey: cached.person(id) })
    props.onChanged()
  }
  if (person.error) {
    return (
      <SidePanel title={t('title')} onClose={props.onClose}>
        <LoadProblem error={person.error} onRetry={() => void person.refetch()} />
      </SidePanel>
    )
  }
  if (!person.data) {
    return (
      <SidePanel title={t('title')} onClose={props.onClose}>
        <div className="skeleton h-48" />
      </SidePanel>
    )
  }
  const { data } = person
  const save = async () => {
    const everything = await request<unknown>(`/people/${id}/export`)
    const file = new Blob([JSON.stringify(everything, null, 2)], { type: 'application/json' })
    const address = URL.createObjectURL(file)
    download(address, `person-${id.slice(-8)}.json`)
    URL.revokeObjectURL(address)
  }
  return (
    <SidePanel title={data.name} onClose={props.onClose}>
      <Name person={data} onChanged={changed} />
      {data.needs_re_enrolment ? (
        <div className="rounded-8 border border-line bg-ground px-3 py-2.5">
          <p className="text-13 text-warn">{t('old_title')}</p>
          <p className="mt-0.5 text-12 text-muted">{t('old_text')}</p>
        </div>
      ) : null}
      <Faces person={data} onChanged={changed} />
      {adding ? (
        <MorePictures
          person={data}
          onDone={() => {
            setAdding(false)
            changed()
          }}
        />
      ) : (
        <Button onClick={() => setAdding(true)}>
          <UserPlus size={16} aria-hidden />
          {t('add_pictures')}
        </Button>
      )}
      <About person={data} />
      <div className="grid gap-1 border-t border-line pt-3">
        <Button look="quiet" className="justify-start" onClick={() => void save().catch(sayProblem)}>
          <Download size={16} aria-hidden />
          {t('export')}
        </Button>
        <Button look="quiet" className="justify-start" onClick={() => setMerging(true)}>
          <Merge size={16} aria-hidden />
          {t('merge')}
        </Button>
        <Button look="quietDanger" className="justify-start" onClick={props.onErase}>
          <Trash2 size={16} aria-hidden />
          {t('erase')}
        </Button>
      </div>
      {merging ? (
        <Suspense fallback={null}>
          <MergeDialog person={data} onClose={() => setMerging(false)} onMerged={props.onMerged} />
        </Suspense>
      ) : null}
    </SidePanel>
  )
}

function sayProblem(thrown: unknown): void {
  const { message, hint } = toAppError(thrown).report()
  notify([message, hint].filter(Boolean).join(' '), { seconds: 8 })
}

function Name({ person, onChanged }: { person: PersonView; onChanged(): void }) {
  const t = useTranslations('people')
  const [name, setName] = useState<string | null>(null)
  const save = async () => {
    try {
      await request(`/people/${person.id}`, { method: 'PATCH', body: { name: (name ?? '').trim() } })
      setName(null)
      onChanged()
    } catch (thrown) {
      sayProblem(thrown)
    }
  }
  if (name === null) {
    return (
      <div className="flex items-center gap-3">
        <Initials name={person.name} />
        <p className="min-w-0 flex-1 wrap-anywhere text-bright">{person.name}</p>
        <IconButton label={t('rename')} onClick={() => setName(person.name)}>
          <Pencil size={16} aria-hidden />
        </IconButton>
      </div>
    )
  }
  return (
    <form
      className="flex items-end gap-2"
      onSubmit={event => {
        event.preventDefault()
        void save()
      }}
    >
      <div className="flex-1">
        <TextField label={t('name')} value={name} onChange={setName} />
      </div>
      <Button type="submit" className="h-9" disabled={name.trim() === ''} aria-label={t('save_name')}>
        <Check size={16} aria-hidden />
      </Button>
    </form>
  )
}

function Faces({ person, onChanged }: { person: PersonView; onChanged(): void }) {
  const t = useTranslations('people')
  const remove = async (face: string) => {
    try {
      await request(`/people/${person.id}/faces/${face}`, { method: 'DELETE' })
      notify(t('removed_face'))
      onChanged()
    } catch (thrown) {
      sayProblem(thrown)
    }
  }
  return (
    <ul aria-label={t('col_faces')} className="grid grid-cols-4 gap-2">
      {person.faces.map((face, place) => (
        <li key={face.id} className="relative aspect-square overflow-hidden rounded-8 border border-line bg-ground">
          {face.crop ? (
            <img
              src={`/api/v1/people/${person.id}/faces/${face.id}/crop`}
              alt={t('face_n', { n: place + 1 })}
              className="size-full object-cover"
            />
          ) : (
            <span className="grid size-full place-items-center text-12 text-muted">
              {t('face_n', { n: place + 1 })}
            </span>
          )}
          <IconButton
            small
            tone="overlay"
            label={t('remove_face')}
            className="absolute top-0.5 right-0.5 size-6 bg-overlay"
            onClick={() => void remove(face.id)}
          >
            <X size={12} aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}

function MorePictures({ person, onDone }: { person: PersonView; onDone(): void }) {
  const t = useTranslations('people')
  const shelf = usePictures()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const [refused, setRefused] = useState<Map<number, string[]>>(new Map())
  const send = async () => {
    setBusy(true)
    setProblem(null)
    try {
      const form = pictureForm(shelf.pictures.map(({ file }) => file))
      const answer = await sendPictures(`/people/${person.id}/faces`, form)
      if (answer.accepted.length > 0) notify(t('accepted', { n: answer.accepted.length }))
      if (answer.refused.length === 0) onDone()
      else setRefused(reasonsOf(answer.refused))
    } catch (thrown) {
      setProblem(toAppError(thrown).report())
    } finally {
      setBusy(false)
    }
  }
  return (
    <section aria-label={t('enrol_more', { name: person.name })} className="grid gap-3">
      <PictureShelf pictures={shelf.pictures} onAdd={shelf.add} onRemove={shelf.remove} refused={refused} />
      {problem ? <ProblemNote problem={problem} /> : null}
      <Button disabled={busy || shelf.pictures.length === 0} onClick={() => void send()}>
        {busy ? t('saving') : t('save')}
      </Button>
    </section>
  )
}

function About({ person }: { person: PersonView }) {
  const t = useTranslations('people')
  const units = useUnits()
  const now = useNow(60_000)
  return (
    <Facts right>
      <Fact label={t('collection')}>{person.collection}</Fact>
      <Fact label={t('consent_given')}>{person.consent.given_by}</Fact>
      <Fact label={t('consent_when')}>{units.exact(person.consent.given_at)}</Fact>
      <Fact label={t('consent_version')}>{person.consent.text_version}</Fact>
      <Fact label={t('col_expires')}>
        <Expires at={person.expires_at} now={now} />
      </Fact>
    </Facts>
  )
}
