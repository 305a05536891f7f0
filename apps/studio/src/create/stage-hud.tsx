import type { JobView } from '@hearth/contract'
import { Button, classNames, IconButton, Kbd, type MakingPanel, ProblemNote, useUnits } from '@hearth/ui'
import { Copy, Crop, Download, Image as ImageIcon, ImagePlus, RotateCcw } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { useTranslations } from 'use-intl'
import { usePanelTexts } from '../frame/panels.tsx'
import { copyPicture } from '../gallery/copy.ts'
import { useJobActions } from '../jobs/actions.ts'
import { shareOf } from '../jobs/job-words.ts'
import { useAddress } from '../settings/address.ts'
import { useReuse } from './reuse.ts'

const bold = (chunks: ReactNode) => <b className="font-strong">{chunks}</b>

/** What the job is doing, over the place of its result. */
export function Unfinished({ job, panel }: { job: JobView; panel: MakingPanel }) {
  const t = useTranslations('create')
  const actions = useJobActions()
  const [, setAddress] = useAddress()
  const [cancelling, setCancelling] = useState(false)
  const again = async () => {
    const next = await actions.retry(job.id)
    if (next) setAddress({ job: next.id, picture: null })
  }
  if (job.state === 'failed' || job.state === 'cancelled') {
    const button = (
      <Button size="small" onClick={() => void again()}>
        <RotateCcw size={14} aria-hidden />
        {t('run_again')}
      </Button>
    )
    return (
      <div className="absolute inset-0 grid content-center p-6">
        {job.state === 'failed' ? (
          <ProblemNote problem={job.error ?? { message: t('failed') }} action={button} />
        ) : (
          <div className="grid justify-items-center gap-3 text-muted">
            {t('cancelled')}
            {button}
          </div>
        )}
      </div>
    )
  }
  const share = shareOf(job)
  return (
    <figcaption className="absolute inset-x-3 bottom-3 flex h-11 items-center gap-3 overflow-hidden rounded-8 bg-overlay pr-2.5 pl-3.5 text-13 text-on-overlay backdrop-blur-hud tabular">
      <span
        role="progressbar"
        aria-label={t('results')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round((share ?? 0) * 100)}
        className="absolute bottom-0 left-0 h-0.5 bg-overlay-ember transition-[width] place"
        style={{ width: `${(share ?? 0) * 100}%` }}
      />
      <Doing job={job} panel={panel} />
      <Button
        look="overlay"
        size="small"
        className="ml-auto"
        disabled={cancelling}
        onClick={() => {
          setCancelling(true)
          void actions.cancel(job.id)
        }}
      >
        {cancelling ? t('cancelling') : t('cancel')}
        <span className="max-md:hidden">
          <Kbd plain>Esc</Kbd>
        </span>
      </Button>
    </figcaption>
  )
}

function Doing({ job, panel }: { job: JobView; panel: MakingPanel }) {
  const t = useTranslations('create')
  const texts = usePanelTexts()(job.task)
  const units = useUnits()
  if (job.state === 'queued') {
    const place = job.queue_position
    if (job.attempt > 1) return <span className="truncate">{t('interrupted')}</span>
    return (
      <span>
        {place !== null && place > 1 ? t('waiting_place', { place: units.ordinal(place) }) : t('waiting_next')}
      </span>
    )
  }
  if (!job.progress || job.progress.done === 0) return <span>{t('loading')}</span>
  const { done, total, seconds_left } = job.progress
  return (
    <>
      <span className="whitespace-nowrap">
        {panel.doing ? panel.doing(done, total, texts) : t.rich('step', { done, total, b: bold })}
      </span>
      {seconds_left === undefined || done >= total ? null : (
        <span className="truncate text-on-overlay-dim">{t('left', { time: units.about(seconds_left) })}</span>
      )}
    </>
  )
}

/** What can be done with a finished picture or film: shown on hover and focus, always where there is no hover. */
export function Finished({ job, index, panel }: { job: JobView; index: number; panel: MakingPanel }) {
  const t = useTranslations('create')
  const router = useRouter()
  const reuse = useReuse()
  const file = job.outputs[index]
  if (!file) return null
  const masked = panel.masked?.(job.input)
  const picture = file.mime.startsWith('image/')
  return (
    <figcaption
      className={classNames(
        'absolute right-3 flex gap-0.5 rounded-8 bg-overlay p-1 opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100',
        // A film has its own controls at the bottom.
        picture ? 'bottom-3' : 'top-3',
      )}
    >
      {picture && reuse.canUseInput ? (
        <IconButton
          label={t('use_as_input')}
          tone="overlay"
          onClick={() => reuse.takeAsInput(`output:${job.id}/${file.name}`, panel.title(job.input), job.task)}
        >
          <ImagePlus size={16} aria-hidden />
        </IconButton>
      ) : null}
      {masked && reuse.canUseMask ? (
        <IconButton
          label={t('use_as_mask')}
          tone="overlay"
          onClick={() => reuse.takeAsMask(masked, `output:${job.id}/${file.name}`)}
        >
          <Crop size={16} aria-hidden />
        </IconButton>
      ) : null}
      {picture ? (
        <IconButton label={t('copy_picture')} tone="overlay" onClick={() => void copyPicture(file.url)}>
          <Copy size={16} aria-hidden />
        </IconButton>
      ) : null}
      <IconButton
        label={t('download')}
        tone="overlay"
        onClick={() => download(file.url, `${job.id.slice(-8)}-${file.name}`)}
      >
        <Download size={16} aria-hidden />
      </IconButton>
      {picture ? (
        <IconButton
          label={t('in_gallery')}
          tone="overlay"
          onClick={() => router.push(`/gallery/?job=${job.id}&picture=${index}`)}
        >
          <ImageIcon size={16} aria-hidden />
        </IconButton>
      ) : null}
    </figcaption>
  )
}

/** Hands a file of this server to the browser's downloads. */
export function download(address: string, name: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}
