import type { ModelView } from '@hearth/contract'
import { Button, type ControlsProps, classNames, IconButton, type LookingPanel, type Panel } from '@hearth/ui'
import { FindingsList } from '@hearth/ui/seeing'
import { Camera, ImageIcon, ImagePlus, SlidersHorizontal } from 'lucide-react'
import { type ReactNode, Suspense, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { mediaDesk } from '../api/media.ts'
import { ModelPicker } from '../create/model-picker.tsx'
import { Kinds } from '../frame/kinds.tsx'
import { usePanelTexts } from '../frame/panels.tsx'
import { useAddress } from '../settings/address.ts'
import type { Shown } from './look-bench.tsx'
import { UseFindings } from './use-findings.tsx'

export interface LookControlsProps {
  home: string
  panel: LookingPanel
  panels: readonly Panel[]
  controls: Pick<ControlsProps, 'values' | 'change' | 'fields' | 'defaults' | 'problem' | 'history'>
  ready: boolean
  serving: ModelView[]
  chosen: ModelView | null
  onModel(id: string): void
  shown: Shown
  /** Milliseconds of the last look. */
  timing: number | null
  picture: string | null
  camera: boolean
  storing: boolean
  onPicture(file: Blob | undefined): void
}

/** Beside the picture on a wide screen; a sheet below it on a narrow one. */
export function LookControls(props: LookControlsProps) {
  const { panel, shown, chosen, ready } = props
  const t = useTranslations('create')
  const texts = usePanelTexts()(panel.task)
  const [open, setOpen] = useState(false)
  const folded = open ? '' : 'max-md:hidden'
  return (
    <aside className="grid min-h-0 grid-rows-[1fr_auto] border-r border-line bg-surface max-md:max-h-[62dvh] max-md:rounded-t-16 max-md:border-t max-md:border-r-0 max-md:shadow-card">
      <div className="grid min-h-0 grid-cols-1 content-start gap-[18px] overflow-y-auto p-4 max-md:gap-3 max-md:pb-2">
        <div className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <Kinds home={props.home} panels={props.panels} current={panel.task} />
          </div>
          <IconButton
            label={open ? t('fewer_settings') : t('more_settings')}
            active={open}
            className="md:hidden"
            onClick={() => setOpen(!open)}
          >
            <SlidersHorizontal size={16} aria-hidden />
          </IconButton>
        </div>
        {ready ? (
          <div className={classNames('grid grid-cols-1 gap-[18px]', folded)}>
            <ModelPicker serving={props.serving} chosen={chosen} onChoose={props.onModel} />
            <Suspense fallback={<div className="skeleton h-10" />}>
              <panel.controls {...props.controls} model={chosen} media={mediaDesk} t={texts} autoFocus={false} />
            </Suspense>
          </div>
        ) : (
          <div className="grid gap-[18px] max-md:hidden">
            <div className="skeleton h-[58px]" />
            <div className="skeleton h-10" />
          </div>
        )}
        {shown.sight ? <Found {...props} /> : null}
      </div>
      <Source {...props} />
    </aside>
  )
}

function Found({ shown, timing, picture }: LookControlsProps) {
  const t = useTranslations('look')
  const { sight, colorOf, active, setActive } = shown
  if (!sight) return null
  const count = sight.findings.length
  const time = timing === null ? null : timing < 1000 ? `${Math.round(timing)} ms` : `${(timing / 1000).toFixed(1)} s`
  return (
    <div>
      <div className="mb-1.5 flex items-baseline justify-between text-12 text-muted tabular" role="status">
        <span>{t('found')}</span>
        <span>{time === null ? count : t('found_in', { n: count, time })}</span>
      </div>
      {count > 0 ? (
        <div className="max-md:max-h-[22dvh] max-md:overflow-y-auto">
          <FindingsList
            findings={sight.findings}
            colorOf={colorOf}
            active={active}
            onActive={setActive}
            label={t('found')}
          />
        </div>
      ) : (
        <p className="rounded-8 border border-dashed border-line px-3 py-2.5 text-13 text-muted">
          <span className="block text-bright">{t('nothing_title')}</span>
          {t('nothing_text')}
        </p>
      )}
      <UseFindings shown={shown} picture={picture} />
    </div>
  )
}

/** Where the picture comes from. */
function Source({ panel, camera, storing, picture, onPicture }: LookControlsProps) {
  const t = useTranslations('look')
  const u = useTranslations('ui')
  const [, setAddress] = useAddress()
  const chooser = useRef<HTMLInputElement>(null)
  return (
    <div className="grid gap-2 border-t border-line p-4 max-md:border-t-0 max-md:pt-1 max-md:pb-[max(16px,env(safe-area-inset-bottom))]">
      {panel.look.camera ? (
        <fieldset className="grid grid-cols-2 gap-0.5 rounded-8 bg-canvas p-[3px]">
          <legend className="sr-only">{t('source')}</legend>
          <SourceTab pressed={!camera} onPick={() => setAddress({ source: null })}>
            <ImageIcon size={14} aria-hidden />
            {t('picture')}
          </SourceTab>
          <SourceTab pressed={camera} onPick={() => setAddress({ source: 'camera' })}>
            <Camera size={14} aria-hidden />
            {t('camera')}
          </SourceTab>
        </fieldset>
      ) : null}
      {camera ? null : (
        <>
          <input
            ref={chooser}
            type="file"
            accept="image/*"
            aria-label={u('choose_picture')}
            tabIndex={-1}
            className="sr-only"
            onChange={event => {
              onPicture(event.target.files?.[0])
              event.target.value = ''
            }}
          />
          <Button
            size="large"
            disabled={storing}
            className="border-dashed font-normal text-muted max-md:h-11"
            onClick={() => chooser.current?.click()}
          >
            {picture ? null : <ImagePlus size={16} aria-hidden />}
            {storing ? u('storing') : picture ? t('other_picture') : u('choose_picture')}
          </Button>
        </>
      )}
    </div>
  )
}

function SourceTab({ pressed, onPick, children }: { pressed: boolean; onPick(): void; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={onPick}
      className="flex h-7 items-center justify-center gap-2 rounded-6 text-13 text-muted transition-colors hover:text-bright aria-pressed:bg-raised aria-pressed:font-medium aria-pressed:text-bright aria-pressed:shadow-knob"
    >
      {children}
    </button>
  )
}
