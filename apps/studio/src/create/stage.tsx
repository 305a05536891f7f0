import type { JobView, ModelView } from '@hearth/contract'
import { classNames, type MakingPanel, numberOf, type Values } from '@hearth/ui'
import { useTranslations } from 'use-intl'
import { useJob, useModels } from '../api/queries.ts'
import { usePanelTexts } from '../frame/panels.tsx'
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
): { width: number; height: number } {
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
  if (error && !job) {
    return (
      <div className="text-center">
        <p className="text-bright">{t('not_found_title')}</p>
        <p className="text-13 text-muted">{t('not_found_text')}</p>
      </div>
    )
  }
  const panel = panels.find(candidate => candidate.task === job?.task)
  if (!job || !panel) return null
  const index = Math.min(wanted, Math.max(0, job.outputs.length - 1))
  const { width, height } = frameOf(panel, job, index, models.data ?? [])
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
      <panel.result job={job} index={index} preview={preview} t={texts(job.task)} />
      {job.state === 'succeeded' ? <Finished job={job} index={index} panel={panel} /> : <Unfinished job={job} />}
    </figure>
  )
}
