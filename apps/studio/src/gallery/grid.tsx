import { classNames } from '@hearth/ui'
import { AudioLines } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useNaming } from '../frame/panels.tsx'
import { isSame, isSound, type Picture } from './pictures.ts'

export interface GridProps {
  pictures: Picture[]
  selected: Picture | undefined
  onSelect(picture: Picture, full?: boolean): void
}

export function Grid({ pictures, selected, onSelect }: GridProps) {
  return (
    <div
      data-gallery-grid
      className="grid grid-cols-[repeat(auto-fill,minmax(150px,1fr))] gap-3 max-sm:grid-cols-3 max-sm:gap-1.5 xl:grid-cols-[repeat(auto-fill,minmax(190px,1fr))]"
    >
      {pictures.map(picture => (
        <Card
          key={`${picture.job.id}-${picture.index}`}
          picture={picture}
          selected={isSame(picture, selected)}
          onSelect={onSelect}
        />
      ))}
    </div>
  )
}

/** A thumbnail that comes in softly. A click shows what made it, a double click the whole picture. */
function Card({
  picture,
  selected,
  onSelect,
}: {
  picture: Picture
  selected: boolean
  onSelect: GridProps['onSelect']
}) {
  const t = useTranslations('gallery')
  const [loaded, setLoaded] = useState(false)
  const { title } = useNaming()(picture.job)
  return (
    <button
      type="button"
      id={`picture-${picture.job.id}-${picture.index}`}
      aria-label={t('open', { title })}
      aria-current={selected ? 'true' : undefined}
      onClick={() => onSelect(picture)}
      onDoubleClick={() => onSelect(picture, !isSound(picture))}
      className={classNames(
        'relative aspect-square scroll-my-24 overflow-hidden rounded-10 border border-line bg-surface max-sm:rounded-6',
        selected ? 'outline-2 outline-offset-2 outline-ember' : '',
      )}
    >
      {isSound(picture) ? (
        <span className="grid size-full content-between justify-items-start p-3 text-left text-13 text-ink max-sm:p-2">
          <span className="line-clamp-4 wrap-anywhere">{title}</span>
          <AudioLines size={20} className="text-muted" aria-hidden />
        </span>
      ) : (
        <img
          src={`${picture.file.url}?size=256`}
          alt=""
          loading="lazy"
          decoding="async"
          onLoad={() => setLoaded(true)}
          className={classNames(
            'size-full object-cover transition-[filter,opacity] place',
            loaded ? '' : 'opacity-0 blur-hud',
          )}
        />
      )}
    </button>
  )
}
