import { Button, Dot, IconButton, isLooking, Nothing } from '@hearth/ui'
import { createPalette, FindingsList, type Sight } from '@hearth/ui/seeing'
import { ArrowLeft, Cctv, type LucideIcon, Power, ServerOff, Unplug, VideoOff, WifiOff } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { usePanels, usePanelTexts } from '../frame/panels.tsx'
import { LiveFigures, SightFrame } from '../look/sight-frame.tsx'
import { type CameraChanging, CameraTools } from './camera-table.tsx'
import type { CameraView } from './cameras-api.ts'
import type { CameraSight } from './sight-of-camera.ts'
import { useCameraSight } from './use-camera-sight.ts'

interface WatchProps {
  changing: CameraChanging | null
  onClose(): void
  /** The camera is another than the page thinks. */
  onChanged(): void
}

/** What one camera sees now. Undefined: there is no such camera. */
export function CameraWatch({ camera, ...rest }: WatchProps & { camera: CameraView | undefined }) {
  const t = useTranslations('cameras')
  if (camera?.enabled) return <Live camera={camera} {...rest} />
  if (!camera) {
    return (
      <Screen title={t('gone_title')} onClose={rest.onClose}>
        <Notice icon={VideoOff} title={t('gone_title')} text={t('gone_text')} />
      </Screen>
    )
  }
  const { changing } = rest
  return (
    <Screen
      title={camera.name}
      onClose={rest.onClose}
      state={<State tone="off">{t('state_off')}</State>}
      tools={changing ? <CameraTools camera={camera} changing={changing} /> : null}
    >
      <Notice
        icon={Power}
        title={t('off_title')}
        text={t('off_text')}
        action={
          changing ? (
            <Button onClick={() => void changing.onSwitch(camera)}>
              <Power size={16} aria-hidden />
              {t('switch_on', { name: camera.name })}
            </Button>
          ) : null
        }
      />
    </Screen>
  )
}

const tones = { connecting: 'warn', live: 'good', error: 'bad', away: 'bad', lost: 'bad' } as const

function Live({ camera, changing, onClose, onChanged }: WatchProps & { camera: CameraView }) {
  const t = useTranslations('cameras')
  const { all } = usePanels()
  const texts = usePanelTexts()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [active, setActive] = useState<number | null>(null)
  const [colorOf] = useState(createPalette)
  const view = useCameraSight(camera.id, canvas, onChanged)
  const { frame, state } = view
  const panel = all.filter(isLooking).find(({ task }) => task === frame?.task)
  const live = state === 'live' && frame !== null
  const sight = live && panel ? panel.look.sight(frame.output, camera.options, texts(panel.task)) : null
  const size = canvas.current ?? { width: 16, height: 9 }
  return (
    <Screen
      title={camera.name}
      onClose={onClose}
      state={<State tone={tones[state]}>{t(`state_${state}`)}</State>}
      tools={changing ? <CameraTools camera={camera} changing={changing} /> : null}
      foot={live ? <LiveFigures fps={view.fps} delay={frame.delay_ms} dropped={frame.dropped} /> : null}
      side={sight ? <Found sight={sight} colorOf={colorOf} active={active} onActive={setActive} /> : null}
    >
      <div className={frame ? (live ? 'contents' : 'contents [&_canvas]:opacity-35') : 'hidden'}>
        <SightFrame size={size} shown={{ sight, active, setActive, colorOf }} bare={panel?.look.bare ?? false}>
          <canvas
            ref={canvas}
            role="img"
            aria-label={t('picture', { name: camera.name })}
            className="absolute inset-0 size-full transition-opacity"
          />
        </SightFrame>
      </div>
      {live ? null : <WhyNot view={view} />}
    </Screen>
  )
}

/** Why there is no picture now. */
function WhyNot({ view: { state, problem } }: { view: CameraSight }) {
  const t = useTranslations('cameras')
  if (state === 'away') return <Notice icon={ServerOff} title={t('away_title')} text={t('away_text')} />
  if (state === 'lost') return <Notice icon={WifiOff} title={t('lost_title')} text={t('lost_text')} />
  if (!problem) return <Notice icon={Cctv} title={t('connecting_title')} text={t('connecting_text')} />
  return (
    <Notice
      icon={Unplug}
      title={problem.code === 'unavailable' ? t('unreachable_title') : t('error_title')}
      text={problem.message}
      action={
        <p className="text-12 text-muted">
          {problem.hint} {problem.retryable ? t('error_again') : null}
        </p>
      }
    />
  )
}

function Notice(props: { icon: LucideIcon; title: string; text: string; action?: ReactNode }) {
  return (
    <div className="absolute inset-0 grid place-items-center overflow-y-auto wrap-anywhere" role="status">
      <div className="rounded-12 border border-line bg-raised">
        <Nothing {...props} />
      </div>
    </div>
  )
}

function State({ tone, children }: { tone: 'good' | 'warn' | 'bad' | 'off'; children: ReactNode }) {
  return (
    <span className="flex shrink-0 items-center gap-2 text-12 text-muted" role="status">
      <Dot tone={tone} />
      {children}
    </span>
  )
}

/** Name and state over the picture, figures below it, what was found beside it or under it. */
function Screen(props: {
  title: string
  onClose(): void
  state?: ReactNode
  tools?: ReactNode
  foot?: ReactNode
  side?: ReactNode
  children: ReactNode
}) {
  const t = useTranslations('cameras')
  return (
    <section aria-label={props.title} className="grid min-h-0 min-w-0 grid-rows-[auto_1fr_auto] bg-canvas">
      <header className="flex min-h-12 items-center gap-3 border-b border-line bg-ground px-4">
        <IconButton label={t('back')} onClick={props.onClose}>
          <ArrowLeft size={16} aria-hidden />
        </IconButton>
        <h2 className="min-w-0 truncate text-15">{props.title}</h2>
        {props.state}
        <span className="flex-1" />
        {/* Where the list is beside it, it has the same. */}
        <span className="lg:hidden">{props.tools}</span>
      </header>
      <div className="grid min-h-0 grid-cols-[1fr_264px] max-md:grid-cols-1 max-md:grid-rows-[3fr_2fr]">
        <div className="relative grid min-h-0 place-items-center p-7 [container-type:size] max-md:p-3">
          {props.children}
        </div>
        <div className="min-h-0 overflow-y-auto border-line bg-ground p-4 md:border-l max-md:border-t">
          {props.side}
        </div>
      </div>
      <div className="flex min-h-12 items-center border-t border-line bg-ground px-4 py-2">{props.foot}</div>
    </section>
  )
}

function Found(props: {
  sight: Sight
  colorOf: ReturnType<typeof createPalette>
  active: number | null
  onActive(index: number | null): void
}) {
  const t = useTranslations('cameras')
  const { findings } = props.sight
  return (
    <>
      <p className="mb-1.5 flex justify-between text-12 text-muted tabular">
        <span>{t('found')}</span>
        <span>{findings.length}</span>
      </p>
      {findings.length > 0 ? (
        <FindingsList
          findings={findings}
          colorOf={props.colorOf}
          active={props.active}
          onActive={props.onActive}
          label={t('found')}
        />
      ) : (
        <p className="rounded-8 border border-dashed border-line px-3 py-2.5 text-13 text-muted">{t('nothing')}</p>
      )}
    </>
  )
}
