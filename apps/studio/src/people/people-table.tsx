import { Button, classNames, useUnits } from '@hearth/ui'
import { useFormatter, useTranslations } from 'use-intl'
import type { PersonView } from './people-api.ts'

const soon = 14 * 24 * 3600_000

export function PeopleTable(props: {
  people: PersonView[]
  now: number
  shown: string | null
  onOpen(person: PersonView): void
  onErase(person: PersonView): void
}) {
  const t = useTranslations('people')
  const units = useUnits()
  const format = useFormatter()
  const head = 'px-3 py-2 text-left text-12 font-normal text-muted'
  const cell = 'px-3 py-2.5'
  const day = (iso: string) => format.dateTime(new Date(iso), { dateStyle: 'medium' })
  return (
    <table className="w-full border-collapse text-13">
      <thead className="max-sm:hidden">
        <tr className="border-b border-line">
          <th className={head}>{t('col_person')}</th>
          <th className={`${head} text-right`}>{t('col_faces')}</th>
          <th className={`${head} max-xl:hidden`}>{t('col_collection')}</th>
          <th className={`${head} max-md:hidden`}>{t('col_consent')}</th>
          <th className={head}>{t('col_expires')}</th>
          <td className={head} />
        </tr>
      </thead>
      <tbody>
        {props.people.map(person => (
          <tr
            key={person.id}
            className={classNames(
              'border-b border-line max-sm:grid max-sm:grid-cols-[1fr_auto]',
              props.shown === person.id ? 'bg-hover' : '',
            )}
          >
            <td className={cell}>
              <button
                type="button"
                onClick={() => props.onOpen(person)}
                className="flex items-center gap-3 rounded-6 text-left font-medium text-bright"
              >
                <Initials name={person.name} />
                <span className="wrap-anywhere">{person.name}</span>
                {person.needs_re_enrolment ? (
                  <span className="rounded-full border border-line px-1.5 text-11 font-normal text-warn">
                    {t('old_mark')}
                  </span>
                ) : null}
              </button>
            </td>
            <td className={`${cell} text-right text-bright tabular max-sm:hidden`}>{person.faces.length}</td>
            <td className={`${cell} text-muted max-xl:hidden`}>{person.collection}</td>
            <td className={`${cell} text-muted tabular max-md:hidden`} title={units.exact(person.consent.given_at)}>
              {day(person.consent.given_at)}
            </td>
            <td
              className={classNames(
                cell,
                'max-sm:col-start-1 max-sm:row-start-2 max-sm:pt-0 max-sm:pl-[60px]',
                person.expires_at && Date.parse(person.expires_at) - props.now < soon ? 'text-warn' : 'text-muted',
              )}
              title={person.expires_at ? units.exact(person.expires_at) : undefined}
            >
              <Expires at={person.expires_at} now={props.now} />
            </td>
            <td className={`${cell} text-right max-sm:col-start-2 max-sm:row-start-1`}>
              <Button size="small" look="quietDanger" onClick={() => props.onErase(person)}>
                {t('erase')}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function Expires({ at, now }: { at: string | null; now: number }) {
  const t = useTranslations('people')
  const format = useFormatter()
  if (at === null) return t('never')
  if (Date.parse(at) < now) return t('expired')
  return format.relativeTime(new Date(at), { now: new Date(now) })
}

/** The first letters of a name; one sign of a Chinese one. */
export function Initials({ name }: { name: string }) {
  const words = name.trim().split(/\s+/)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return (
    <span aria-hidden className="grid size-9 shrink-0 place-items-center rounded-full bg-hover text-12 text-muted">
      {letters
        .map(word => [...(word ?? '')][0] ?? '')
        .join('')
        .toUpperCase()}
    </span>
  )
}
