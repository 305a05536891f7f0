import { classNames, IconButton, useFileDrop } from '@hearth/ui'
import { FindingsOverlay, type Sight } from '@hearth/ui/seeing'
import { Check, CircleAlert, CircleDashed, type LucideIcon, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslations } from 'use-intl'
import { CameraBooth, PictureButtons } from './picture-source.tsx'
import type { Taken } from './use-pictures.ts'

export interface PictureShelfProps {
  pictures: readonly Taken[]
  onAdd(pictures: readonly Blob[]): void
  onRemove(picture: Taken): void
  /** Why single pictures were refused, as codes, by their place. */
  refused: ReadonlyMap<number, readonly string[]>
}

/** Pictures of one person, from files or from the camera, each with what is wrong with it. */
export function PictureShelf({ pictures, onAdd, onRemove, refused }: PictureShelfProps) {
  const t = useTranslations('people')
  const [camera, setCamera] = useState(false)
  const add = (files: Iterable<File>) => onAdd([...files].filter(file => file.type.startsWith('image/')))
  const { over, drag } = useFileDrop(({ files }) => add(files))
  return (
    <div className="grid gap-3">
      {camera ? (
        <CameraBooth onTake={picture => onAdd([picture])} onDone={() => setCamera(false)} />
      ) : (
        <fieldset
          {...drag}
          className={classNames(
            'rounded-10 border border-dashed px-4 py-5 text-center',
            over ? 'border-ember bg-ember-soft' : 'border-line-strong bg-ground',
          )}
        >
          <legend className="sr-only">{t('drop')}</legend>
          <p className="text-13 text-bright">{t('drop')}</p>
          <p className="mt-0.5 text-12 text-muted">{t('drop_text')}</p>
          <div className="mt-3">
            <PictureButtons multiple onFiles={add} onCamera={() => setCamera(true)} />
          </div>
        </fieldset>
      )}
      {pictures.length > 0 ? (
        <ol className="grid gap-3">
          {pictures.map((picture, place) => (
            <li key={picture.id}>
              <PictureCard
                picture={picture}
                place={place}
                refused={refused.get(place) ?? []}
                onRemove={() => onRemove(picture)}
              />
            </li>
          ))}
        </ol>
      ) : null}
    </div>
  )
}

function PictureCard(props: { picture: Taken; place: number; refused: readonly string[]; onRemove(): void }) {
  const t = useTranslations('people')
  const { picture, refused } = props
  const { look } = picture
  const faces = look?.sight.findings.length
  const good = look !== null && look.refused.length === 0
  // What the server said counts; before that, what a first look saw.
  const reasons = refused.length > 0 ? refused : (look?.refused ?? [])
  return (
    <figure>
      <div className="relative overflow-hidden rounded-10 bg-paper">
        <img src={picture.address} alt={t('picture_n', { n: props.place + 1 })} className="w-full" />
        {look ? (
          <FindingsOverlay
            bare
            sight={look.sight}
            colorOf={() => (good ? 'var(--find-good)' : 'var(--find-unknown)')}
            active={null}
            onActive={() => undefined}
          />
        ) : null}
        <IconButton
          small
          tone="overlay"
          label={t('remove_picture')}
          className="absolute top-1.5 right-1.5 bg-overlay"
          onClick={props.onRemove}
        >
          <X size={14} aria-hidden />
        </IconButton>
      </div>
      <figcaption className="mt-2 grid gap-1 text-13" role="status">
        {picture.checked ? null : (
          <Line icon={CircleDashed} tone="text-faint">
            {t('checking')}
          </Line>
        )}
        {good && faces === 1 && reasons.length === 0 ? (
          <>
            <Line icon={Check} tone="text-good">
              {t('check_one', { size: sizeOf(look.sight) })}
            </Line>
            <Line icon={Check} tone="text-good">
              {t('check_sharp')}
            </Line>
            <Line icon={Check} tone="text-good">
              {t('check_straight')}
            </Line>
          </>
        ) : null}
        {reasons.map(code => (
          <Line key={code} icon={CircleAlert} tone="text-bad">
            {t(`reason_${code}`)}
          </Line>
        ))}
      </figcaption>
    </figure>
  )
}

function Line({ icon: Icon, tone, children }: { icon: LucideIcon; tone: string; children: ReactNode }) {
  return (
    <span className="flex gap-2 text-ink">
      <Icon size={15} className={`${tone} mt-0.5`} aria-hidden />
      {children}
    </span>
  )
}

/** Shorter side of the only face. */
function sizeOf(sight: Sight): number {
  const [x1, y1, x2, y2] = sight.findings[0]?.bbox ?? [0, 0, 0, 0]
  return Math.round(Math.min(x2 - x1, y2 - y1))
}
