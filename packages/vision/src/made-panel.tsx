import type { JobView } from '@hearth/contract'
import {
  type ControlsProps,
  type Parameter,
  PictureInput,
  problemOf,
  type ResultProps,
  type Translate,
  textOf,
  type Values,
} from '@hearth/ui'

/** What the panels of tasks that make a picture out of a picture share. */
export const madePanel = {
  accepts: { field: 'image', media: 'image' as const },
  title: () => '',
  keeps: ['image'],
  missing: (values: Values) => (textOf(values, 'image') === '' ? 'need_image' : null),
  frame: () => null,
  count: () => 1,
  opening: () => ({}),
  settings: (job: JobView) => job.input,
  chips: () => [],
  parameters(job: JobView, index: number, t: Translate): Parameter[] {
    const file = job.outputs[index]
    if (!file) return []
    const size = file.width && file.height ? [{ label: t('size'), value: `${file.width} × ${file.height}` }] : []
    return [...size, { label: t('file'), value: file.name, mono: true }]
  },
}

export function PictureLead({ values, change, media, problem, t }: ControlsProps) {
  return (
    <PictureInput
      label={t('image')}
      value={textOf(values, 'image') || null}
      onChange={reference => change({ image: reference ?? undefined })}
      media={media}
      problem={problemOf(problem, 'image')}
    />
  )
}

/** The picture that was made; what is transparent shows squares. */
export function MadePicture({ job, index, t }: ResultProps) {
  const file = job.outputs[index]
  if (job.state !== 'succeeded' || !file) return null
  return <img src={file.url} alt={t('result')} className="absolute inset-0 size-full bg-squares object-contain" />
}
