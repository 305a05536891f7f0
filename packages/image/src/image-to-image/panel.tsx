import {
  Button,
  type ControlsProps,
  definePanel,
  IconButton,
  numberOf,
  PictureInput,
  problemOf,
  rangeOf,
  SliderField,
  textOf,
} from '@hearth/ui'
import { Brush, Trash2 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { DrawingFields, PromptFields } from '../drawing-controls.tsx'
import { drawingMessages } from '../drawing-messages.ts'
import { DrawingResult, drawingPanel } from '../drawing-panel.tsx'
import en from './messages.en.json'
import zh from './messages.zh.json'

const MaskEditor = lazy(async () => ({ default: (await import('@hearth/ui/mask-editor')).MaskEditor }))

/** The picture to start from, the part of it that may change, and the words. */
function PictureAndPrompt(props: ControlsProps) {
  const { values, change, media, problem, t } = props
  const [painting, setPainting] = useState(false)
  const image = textOf(values, 'image')
  const mask = textOf(values, 'mask')
  const storeMask = async (painted: Blob | null) => {
    change({ mask: painted ? await media.store(painted) : undefined })
    setPainting(false)
  }
  return (
    <>
      <div className="grid gap-2">
        <PictureInput
          label={t('image')}
          value={image || null}
          onChange={reference => change({ image: reference ?? undefined, mask: undefined })}
          media={media}
          problem={problemOf(problem, 'image') ?? problemOf(problem, 'mask')}
          overlay={mask ? <MaskOverlay address={media.address(mask)} /> : null}
        />
        {image ? (
          <div className="flex gap-2">
            <Button className="flex-1" onClick={() => setPainting(true)}>
              <Brush size={16} aria-hidden />
              {mask ? t('edit_mask') : t('paint_mask')}
            </Button>
            {mask ? (
              <IconButton label={t('remove_mask')} className="size-8" onClick={() => change({ mask: undefined })}>
                <Trash2 size={16} aria-hidden />
              </IconButton>
            ) : null}
          </div>
        ) : null}
      </div>
      <PromptFields {...props} />
      {painting ? (
        <Suspense fallback={null}>
          <MaskEditor
            title={t('mask_title')}
            picture={media.address(image)}
            mask={mask ? media.address(mask) : null}
            onDone={storeMask}
            onCancel={() => setPainting(false)}
          />
        </Suspense>
      ) : null}
    </>
  )
}

/** The mask in ember over the picture: white parts show, black ones do not. */
function MaskOverlay({ address }: { address: string }) {
  return (
    <span
      aria-hidden
      className="absolute inset-0 bg-ember opacity-60"
      style={{ maskImage: `url("${address}")`, maskSize: '100% 100%', maskMode: 'luminance' }}
    />
  )
}

function StrengthAndMore(props: ControlsProps) {
  const { values, change, fields, defaults, problem, t } = props
  const strength = numberOf({ ...defaults, ...values }, 'strength') ?? 0.75
  return (
    <>
      <div>
        <SliderField
          label={t('strength')}
          digits={2}
          value={strength}
          onChange={next => change({ strength: next })}
          {...rangeOf(fields, 'strength')}
          step={0.05}
          problem={problemOf(problem, 'strength')}
        />
        <div className="mt-1 flex justify-between text-11 text-faint">
          <span>{t('strength_low')}</span>
          <span>{t('strength_high')}</span>
        </div>
      </div>
      <DrawingFields {...props} />
    </>
  )
}

export const panel = definePanel({
  ...drawingPanel,
  task: 'image-to-image',
  order: 2,
  messages: { en: { ...drawingMessages.en, ...en }, zh: { ...drawingMessages.zh, ...zh } },
  // The words depend on the picture.
  opening: () => ({}),
  accepts: { field: 'image', media: 'image', mask: 'mask' },
  keeps: ['prompt', 'image', 'mask'],
  missing: values => (textOf(values, 'image') === '' ? 'need_image' : null),
  lead: PictureAndPrompt,
  controls: StrengthAndMore,
  result: DrawingResult,
})
