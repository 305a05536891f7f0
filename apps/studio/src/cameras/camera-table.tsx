import { classNames, Dot, IconButton } from '@hearth/ui'
import { Pencil, Power, Trash2 } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { useModels } from '../api/queries.ts'
import { useTaskNames } from '../frame/panels.tsx'
import { type CameraView, isVideo } from './cameras-api.ts'

/** What those may do who may change cameras. */
export interface CameraChanging {
  onEdit(camera: CameraView): void
  onSwitch(camera: CameraView): Promise<void>
  onRemove(camera: CameraView): void
}

/** All cameras; in columns where the list is wide, in lines where it is not. */
export function CameraTable(props: {
  cameras: readonly CameraView[]
  watched: string | null
  onWatch(camera: CameraView): void
  /** Null: nothing may be changed. */
  changing: CameraChanging | null
}) {
  const t = useTranslations('cameras')
  const nameOf = useTaskNames()
  const models = useModels()
  const head = 'px-3 py-2 text-left text-12 font-normal text-muted'
  const cell = 'px-3 py-2.5 @max-[760px]:py-0.5'
  return (
    <div className="@container">
      <table className="w-full border-collapse text-13 @max-[760px]:block">
        <thead className="@max-[760px]:hidden">
          <tr className="border-b border-line">
            <th className={head}>{t('col_name')}</th>
            <th className={head}>{t('col_source')}</th>
            <th className={head}>{t('col_task')}</th>
            <th className={head}>{t('col_model')}</th>
            <th className={head}>{t('col_state')}</th>
            {props.changing ? <td className={head} /> : null}
          </tr>
        </thead>
        <tbody className="@max-[760px]:block">
          {props.cameras.map(camera => (
            <tr
              key={camera.id}
              className={classNames(
                'border-b border-line @max-[760px]:grid @max-[760px]:grid-cols-[1fr_auto] @max-[760px]:py-2',
                props.watched === camera.id ? 'bg-hover' : '',
              )}
            >
              <td className={cell}>
                <button
                  type="button"
                  aria-pressed={props.watched === camera.id}
                  onClick={() => props.onWatch(camera)}
                  className="min-h-[26px] rounded-6 text-left font-medium wrap-anywhere text-bright hover:underline"
                >
                  {camera.name}
                </button>
              </td>
              <td className={`${cell} wrap-anywhere text-muted @max-[760px]:col-span-2`}>
                {isVideo(camera.source) ? t('video') : <span className="font-mono text-12">{camera.source}</span>}
              </td>
              <td className={`${cell} text-ink`}>{nameOf(camera.task)}</td>
              <td className={`${cell} text-muted @max-[760px]:col-start-1`}>
                {camera.model === null
                  ? t('default_model')
                  : (models.data?.find(({ id }) => id === camera.model)?.title ?? camera.model)}
              </td>
              <td
                className={`${cell} whitespace-nowrap text-muted @max-[760px]:col-start-2 @max-[760px]:row-start-3 @max-[760px]:text-right`}
              >
                <span className="inline-flex items-center gap-2">
                  <Dot tone={camera.enabled ? 'good' : 'off'} />
                  {camera.enabled ? t('on') : t('off')}
                </span>
              </td>
              {props.changing ? (
                <td className={`${cell} @max-[760px]:col-start-2 @max-[760px]:row-start-1`}>
                  <CameraTools camera={camera} changing={props.changing} />
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Edit, switch and remove. */
export function CameraTools({ camera, changing }: { camera: CameraView; changing: CameraChanging }) {
  const t = useTranslations('cameras')
  const { name } = camera
  return (
    <span className="flex justify-end gap-1">
      <IconButton small label={t('edit', { name })} onClick={() => changing.onEdit(camera)}>
        <Pencil size={14} aria-hidden />
      </IconButton>
      <IconButton
        small
        label={camera.enabled ? t('switch_off', { name }) : t('switch_on', { name })}
        onClick={() => void changing.onSwitch(camera)}
      >
        <Power size={14} aria-hidden />
      </IconButton>
      <IconButton small tone="danger" label={t('remove', { name })} onClick={() => changing.onRemove(camera)}>
        <Trash2 size={14} aria-hidden />
      </IconButton>
    </span>
  )
}
