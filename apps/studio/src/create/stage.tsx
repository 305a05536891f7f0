import type { JobView, ModelView } from '@hearth/contract'
import { classNames, type MakingPanel, numberOf, type Values } from '@hearth/ui'
import { Suspense } from 'react'
import { useTranslations } from 'use-intl'
import { mediaDesk } from '../api/media.ts'
import { useJob, useModels } from '../api/queries.ts'
import { usePanelTexts } from '../frame/panels.tsx'
import { usePieces } from '../live/pieces.ts'
import { usePreview } from '../live/previews.ts'
import { EmptyStage, type EmptyStageProps } from './empty-stage.tsx'
import { StageFrame } from './stage-frame.tsx'
import { Finished, Unfinished } from './stage-hud.tsx'

export interface StageProps extends EmptyStageProps {
  panels: MakingPanel[]
  /** Job that is looked at; null before the first. */
  shown: string | null
  index: number
  /** Whether it is known that there is nothing to look at. */
  settled: boolean
  dropping: boolean
}

/** Where the work happens: the preview stands where the result will be. */
export function Stage(props: StageProps) {
  const t = useTranslations('create')
  return (
    <StageFrame dropping={props.dropping ? t('dropped') : null}>
      {props.shown ? <ShownJob {...props} id={props.shown} /> : props.settled ? <EmptyStage {...props} /> : null}
    </StageFrame>
  )
}

/** Size of what the job makes: the file's, else what was asked for, else the model's own. */
function frameOf(
  panel: MakingPanel,
  job: JobView,
  index: number,
  models: ModelView[],
): { width: number; height: number } | 'whole' {
  const file = job.outputs[index]
  if (file?.width && file.height) return { width: file.width, height: file.height }
  const own = models.find(model => model.id === job.model)?.defaults ?? {}
  const values: Values = { ...own, ...job.input }
  return panel.frame(values) ?? { width: numberOf(own, 'width') ?? 1, height: numberOf(own, 'height') ?? 1 }
}

function ShownJob({ panels, id, index: wanted }: StageProps & { id: string }) {
  const { data: job, error } = useJob(id)
  const models = useModels()
  const texts = usePanelTexts()
  const t = useTranslations('jobs')
  const preview = usePreview(id, job?.state === 'running' && job.progress !== null)
  const panel = panels.find(candidate => candidate.task === job?.task)
  const pieces = usePieces(id, job?.state === 'running' && panel?.frame(job.input) === 'whole')
  if (error && !job) {
    return (
      <div className="text-center">
        <p className="text-bright">{t('not_found_title')}</p>
        <p className="text-13 text-muted">{t('not_found_text')}</p>
      </div>
    )
  }
  if (!job || !panel) return null
  const index = Math.min(wanted, Math.max(0, job.outputs.length - 1))
  const frame = frameOf(panel, job, index, models.data ?? [])
  const own = { job, index, preview, pieces, media: mediaDesk, t: texts(job.task) }
  if (frame === 'whole') {
    return (
      <figure className="relative size-full" aria-busy={job.state === 'running'}>
        <Suspense fallback={null}>
          <panel.result {...own} />
        </Suspense>
        {job.state === 'succeeded' ? null : <Unfinished job={job} panel={panel} />}
      </figure>
    )
  }
  const { width, height } = frame
  const ratio = width / height
  return (
    <figure
      className={classNames(
        'group relative overflow-hidden rounded-10 shadow-card',
        job.state === 'succeeded' || preview ? 'bg-paper' : 'bg-surface',
      )}
      style={{
        aspectRatio: `${width} / ${height}`,
        width: `min(100cqw, 100cqh * ${ratio}, max(560px, 68cqh) * ${Math.min(ratio, 1.6)})`,
      }}
      aria-busy={job.state === 'running'}
    >
      {preview || job.state === 'succeeded' || job.state === 'failed' || job.state === 'cancelled' ? null : (
        <p className="absolute inset-0 grid place-items-center px-8 pb-14 text-center text-16 text-muted">
          <span className="line-clamp-4 wrap-anywhere">{panel.title(job.input)}</span>
        </p>
      )}
      <panel.result {...own} />
      {job.state === 'succeeded' ? (
        <Finished job={job} index={index} panel={panel} />
      ) : (
        <Unfinished job={job} panel={panel} />
      )}
    </figure>
  )
}
