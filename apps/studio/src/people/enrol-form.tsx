import { type ErrorReport, toAppError } from '@hearth/contract'
import { Button, Fold, ProblemNote, problemOf } from '@hearth/ui'
import { CircleDashed } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useFormatter, useLocale, useTranslations } from 'use-intl'
import { CheckLine } from '../frame/check-line.tsx'
import { notify } from '../frame/notices.tsx'
import { TextField } from '../frame/text-field.tsx'
import { type ConsentText, type Enrolled, enrol, type PersonView, type Refusal, useConsentText } from './people-api.ts'
import { PictureShelf } from './picture-shelf.tsx'
import { SidePanel } from './side-panel.tsx'
import { usePictures } from './use-pictures.ts'

/** Pictures that make it safe enough. */
const enough = 3

/** Half a year from now, as a date field has it. */
function inHalfAYear(): string {
  const date = new Date()
  date.setMonth(date.getMonth() + 6)
  return date.toISOString().slice(0, 10)
}

/** Codes of reasons by the place of the picture. */
export function reasonsOf(refused: readonly Refusal[]): Map<number, string[]> {
  return new Map(refused.map(({ image, reasons }) => [image, reasons.map(({ code }) => code)]))
}

/** Pictures, name, consent and how long it holds. */
export function EnrolForm({ onClose, onEnrolled }: { onClose(): void; onEnrolled(person: PersonView): void }) {
  const t = useTranslations('people')
  const shelf = usePictures()
  const consent = useConsentText()
  const [name, setName] = useState('')
  const [collection, setCollection] = useState('default')
  const [givenBy, setGivenBy] = useState('')
  const [until, setUntil] = useState(inHalfAYear)
  const [agreed, setAgreed] = useState(false)
  const [keepCrop, setKeepCrop] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const [refused, setRefused] = useState<Map<number, string[]>>(new Map())
  const missing = Math.max(0, enough - shelf.pictures.length)

  const save = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    setRefused(new Map())
    try {
      const pictures = shelf.pictures.map(({ file }) => file)
      const consentBy = givenBy.trim() || name.trim()
      const answer: Enrolled = await enrol({
        name: name.trim(),
        collection: collection.trim(),
        givenBy: consentBy,
        version: consent.data?.version ?? '',
        expiresAt: until,
        keepCrop,
        pictures,
      })
      if (!answer.person) {
        setRefused(reasonsOf(answer.refused))
        setProblem({ code: 'invalid-input', message: t('refused_all'), retryable: false })
        return
      }
      const left = answer.refused.length
      notify(
        [t('enrolled', { name: answer.person.name }), left > 0 ? t('refused_title', { n: left }) : '']
          .filter(Boolean)
          .join('. '),
        {
          seconds: left > 0 ? 8 : 4,
        },
      )
      shelf.clear()
      onEnrolled(answer.person)
    } catch (thrown) {
      setProblem(toAppError(thrown).report())
    } finally {
      setBusy(false)
    }
  }
  return (
    <SidePanel title={t('enrol_title')} onClose={onClose}>
      <form onSubmit={save} className="grid gap-4">
        <PictureShelf
          pictures={shelf.pictures}
          onAdd={pictures => {
            setRefused(new Map())
            shelf.add(pictures)
          }}
          onRemove={picture => {
            setRefused(new Map())
            shelf.remove(picture)
          }}
          refused={refused}
        />
        {shelf.pictures.length > 0 && missing > 0 ? (
          <p className="-mt-1 flex items-center gap-2 text-13 text-muted">
            <CircleDashed size={15} aria-hidden />
            {t('check_more', { n: missing })}
          </p>
        ) : null}
        <TextField label={t('name')} value={name} onChange={setName} problem={problemOf(problem, 'name')} />
        <div className="grid grid-cols-2 gap-2.5">
          <TextField
            type="date"
            label={t('until')}
            value={until}
            onChange={setUntil}
            min={new Date().toISOString().slice(0, 10)}
            problem={problemOf(problem, 'expires_at')}
          />
          <TextField
            label={t('collection')}
            value={collection}
            onChange={setCollection}
            problem={problemOf(problem, 'collection')}
          />
        </div>
        <TextField
          label={t('given_by')}
          hint={t('given_by_hint')}
          value={givenBy}
          onChange={setGivenBy}
          problem={problemOf(problem, 'consent')}
        />
        <ConsentBox text={consent.data} until={until} checked={agreed} onChange={setAgreed} />
        <CheckLine checked={keepCrop} onChange={setKeepCrop}>
          {t('consent_keep')}
        </CheckLine>
        {problem && problemOf(problem, String(problem.path?.[0] ?? '')) === null ? (
          <ProblemNote problem={problem} />
        ) : null}
        <Button
          look="main"
          size="large"
          type="submit"
          disabled={
            busy || !agreed || !consent.data || name.trim() === '' || until === '' || shelf.pictures.length === 0
          }
        >
          {busy ? t('saving') : t('save')}
        </Button>
        <p className="text-12 text-muted">{t('kept_note')}</p>
      </form>
    </SidePanel>
  )
}

function ConsentBox(props: {
  text: ConsentText | undefined
  until: string
  checked: boolean
  onChange(on: boolean): void
}) {
  const { text, until } = props
  const t = useTranslations('people')
  const locale = useLocale()
  const format = useFormatter()
  const date = until ? format.dateTime(new Date(`${until}T12:00:00`), { dateStyle: 'long' }) : '…'
  return (
    <div className="grid gap-1.5">
      <CheckLine checked={props.checked} onChange={props.onChange}>
        {t('consent', { date })}
      </CheckLine>
      {text ? (
        <Fold name="consent" label={t('consent_show', { version: text.version })}>
          <p className="-mt-2 text-12 text-muted">{text.text[locale] ?? text.text.en}</p>
        </Fold>
      ) : null}
    </div>
  )
}
