import { Button, buttonClass, classNames, IconButton, isMaking, MenuButton, useUnits } from '@hearth/ui'
import { SoundFile } from '@hearth/ui/sound'
import { Copy, Download, ImagePlus, Maximize2, RotateCcw, Trash2, X } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'use-intl'
import { useReuse } from '../create/reuse.ts'
import { Fact, Facts } from '../frame/facts.tsx'
import { notify } from '../frame/notices.tsx'
import { useNaming, usePanelTexts } from '../frame/panels.tsx'
import { secondsOf } from '../jobs/job-words.ts'
import { useModelTitles } from '../models/model-titles.ts'
import { useNow } from '../settings/now.ts'
import { copyPicture } from './copy.ts'
import { isSound, type Picture } from './pictures.ts'

export interface DetailProps {
  picture: Picture
  onClose(): void
  onDelete(): void
  onFull(): void
}

/** What made this picture, and what can be done with it. Over the page where there is no room beside it. */
export function Detail({ picture, onClose, onDelete, onFull }: DetailProps) {
  const t = useTranslations('gallery')
  const units = useUnits()
  const now = useNow(30_000)
  const { job, file } = picture
  const naming = useNaming()(job)
  const seconds = secondsOf(job)
  const made = job.finished_at ?? job.created_at
  return (
    <aside
      aria-label={t('details')}
      className="grid min-h-0 content-start gap-4 overflow-y-auto border-l border-line bg-surface p-4 max-lg:absolute max-lg:inset-y-0 max-lg:right-0 max-lg:z-20 max-lg:w-[360px] max-lg:max-w-full max-lg:shadow-card max-sm:w-full max-sm:border-l-0"
    >
      <div className="relative">
        {isSound(picture) ? (
          <SoundFile key={file.url} source={file.url} label={naming.title} className="mt-11" />
        ) : (
          <button
            type="button"
            onClick={onFull}
            aria-label={t('full')}
            className="block w-full overflow-hidden rounded-10 border border-line bg-paper"
          >
            <img
              src={file.url}
              alt={naming.title}
              className="w-full"
              style={{ aspectRatio: `${file.width ?? 1} / ${file.height ?? 1}` }}
            />
          </button>
        )}
        <div className={classNames('absolute right-2 flex gap-1', isSound(picture) ? 'top-0' : 'top-2')}>
          {isSound(picture) ? null : (
            <IconButton label={t('full')} tone="overlay" className="bg-overlay" onClick={onFull}>
              <Maximize2 size={14} aria-hidden />
            </IconButton>
          )}
          <IconButton label={t('close')} tone="overlay" className="bg-overlay" onClick={onClose}>
            <X size={16} aria-hidden />
          </IconButton>
        </div>
      </div>
      <div>
        <h2 className="line-clamp-4 wrap-anywhere">{naming.title}</h2>
        <p className="text-12 text-muted" title={units.exact(made)}>
          {seconds === null
            ? units.ago(made, now)
            : t('took', { when: units.ago(made, now), time: units.duration(seconds) })}
        </p>
      </div>
      <Reuse picture={picture} />
      <Parameters picture={picture} />
      <div className="flex items-center gap-1">
        <a href={file.url} download={`${job.id.slice(-8)}-${file.name}`} className={buttonClass('quiet')}>
          <Download size={16} aria-hidden />
          {t('download')}
        </a>
        <CopyMenu picture={picture} />
        <span className="flex-1" />
        <IconButton label={t('delete')} tone="danger" onClick={onDelete}>
          <Trash2 size={16} aria-hidden />
        </IconButton>
      </div>
    </aside>
  )
}

function Reuse({ picture }: { picture: Picture }) {
  const t = useTranslations('gallery')
  const reuse = useReuse()
  const { panel, title } = useNaming()(picture.job)
  return (
    <div className="flex gap-2">
      {panel ? (
        <Button className="flex-1" onClick={() => reuse.takeSettings(picture.job, picture.index)}>
          <RotateCcw size={16} aria-hidden />
          {t('use_settings')}
        </Button>
      ) : null}
      {reuse.canUseInput && !isSound(picture) ? (
        <Button
          className="flex-1"
          onClick={() => reuse.takeAsInput(`output:${picture.job.id}/${picture.file.name}`, title)}
        >
          <ImagePlus size={16} aria-hidden />
          {t('use_input')}
        </Button>
      ) : null}
    </div>
  )
}

function Parameters({ picture }: { picture: Picture }) {
  const t = useTranslations('gallery')
  const titleOf = useModelTitles()
  const texts = usePanelTexts()
  const { job, index } = picture
  const { panel } = useNaming()(job)
  const rows = isMaking(panel) ? panel.parameters(job, index, texts(job.task)) : []
  return (
    <Facts right>
      <Fact label={t('model')}>{titleOf(job.model)}</Fact>
      {rows.map(row => (
        <Fact key={row.label} label={row.label} mono={row.mono ?? false}>
          {row.value}
        </Fact>
      ))}
      <Fact label={t('job')}>
        <Link
          href={`/jobs/?job=${job.id}`}
          className="rounded-4 font-mono text-12 text-ink underline decoration-line-strong underline-offset-3 hover:text-bright"
        >
          {job.id.slice(-8)}
        </Link>
      </Fact>
    </Facts>
  )
}

function CopyMenu({ picture }: { picture: Picture }) {
  const t = useTranslations('gallery')
  const { title } = useNaming()(picture.job)
  const copy = async (work: () => Promise<void>) => {
    try {
      await work()
      notify(t('copied'), { seconds: 2 })
    } catch (thrown) {
      notify(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  const settings = JSON.stringify(
    { task: picture.job.task, model: picture.job.model, input: picture.job.input },
    null,
    2,
  )
  const ways = [
    ...(isSound(picture)
      ? []
      : [{ label: t('copy_picture'), onPick: () => void copy(() => copyPicture(picture.file.url)) }]),
    { label: t('copy_prompt'), onPick: () => void copy(() => navigator.clipboard.writeText(title)) },
    { label: t('copy_settings'), onPick: () => void copy(() => navigator.clipboard.writeText(settings)) },
  ]
  return (
    <MenuButton
      trigger={
        <Button look="quiet">
          <Copy size={16} aria-hidden />
          {t('copy')}
        </Button>
      }
      items={ways}
    />
  )
}
