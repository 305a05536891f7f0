import { classNames, IconButton } from '@hearth/ui'
import { CameraNotice, useCamera, useVideo } from '@hearth/ui/seeing'
import {
  ArrowLeft,
  ArrowRight,
  Check,
  CircleAlert,
  Eye,
  Info,
  type LucideIcon,
  ScanFace,
  Smile,
  Unplug,
} from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useFormatter, useLocale, useTranslations } from 'use-intl'
import { useNow } from '../settings/now.ts'
import { useStored } from '../settings/stored.ts'
import { KioskAbout } from './kiosk-about.tsx'
import type { KioskLink } from './kiosk-link.ts'
import { createSounds, type Sound } from './kiosk-sound.ts'
import { useSendFrames } from './send-frames.ts'
import { type Say, type Sign, signOf, type Tone } from './sign-of.ts'

export interface KioskScreenProps {
  link: KioskLink
  onForget(): void
}

/** The whole screen: what the camera sees, and one sign beside it. */
export function KioskScreen({ link, onForget }: KioskScreenProps) {
  const t = useTranslations('kiosk')
  const locale = useLocale() === 'zh' ? 'zh' : 'en'
  const [preferred, setPreferred] = useStored('camera', '')
  const camera = useCamera(true, preferred)
  const video = useVideo(camera.stream)
  const [about, setAbout] = useState(false)
  const touched = useRef(false)
  useSendFrames(video, link.state === 'connected' ? link.socket : null, camera.retry)
  useWakeLock()
  const say = t as Say
  const sign = signOf(link, camera.state, locale, say)
  const allow = useSounds(sign, link.face?.sound ?? false)
  // The first touch fills the screen and lets sounds be made: browsers want one.
  const touch = () => {
    allow()
    if (touched.current) return
    touched.current = true
    void document.documentElement.requestFullscreen().catch(() => undefined)
  }
  return (
    <div
      className="relative grid h-dvh grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)] overflow-hidden bg-canvas portrait:grid-cols-1 portrait:grid-rows-[minmax(0,1.1fr)_minmax(0,1fr)]"
      onPointerDown={touch}
    >
      <div className="relative min-h-0 overflow-hidden bg-surface">
        {/* Mirrored, as people know themselves; what is sent is not. */}
        <video
          ref={video}
          muted
          playsInline
          autoPlay
          className="absolute inset-0 size-full -scale-x-100 object-cover"
        />
        {camera.state === 'on' ? (
          <Frame tone={sign?.tone ?? 'calm'} />
        ) : (
          <div className="absolute inset-0 grid place-items-center bg-surface">
            <CameraNotice camera={camera} />
          </div>
        )}
      </div>
      <main
        className="flex min-h-0 flex-col justify-center gap-[3vmin] overflow-hidden p-[6vmin]"
        aria-live="assertive"
        data-phase={link.state === 'connected' ? (link.turn?.phase ?? 'idle') : link.state}
      >
        <Clock />
        {sign ? <Words sign={sign} /> : null}
      </main>
      <IconButton
        label={t('about')}
        className="absolute right-[2vmin] bottom-[2vmin] size-10"
        onClick={() => setAbout(true)}
      >
        <Info size={20} aria-hidden />
      </IconButton>
      {about ? (
        <KioskAbout
          challenge={link.face?.challenge ?? true}
          camera={camera}
          onCamera={id => {
            setPreferred(id)
            camera.choose(id)
          }}
          onForget={onForget}
          onClose={() => setAbout(false)}
        />
      ) : null}
    </div>
  )
}

const frames: Record<Tone, string> = {
  calm: 'border-on-overlay-dim opacity-60',
  ask: 'border-on-overlay',
  good: 'border-good',
  bad: 'border-bad',
  away: 'border-line-strong opacity-40',
}

/** Where the face belongs; its colour says how it goes, as the words do. */
function Frame({ tone }: { tone: Tone }) {
  return (
    <div aria-hidden className="absolute inset-0 grid place-items-center">
      <div
        className={classNames(
          'aspect-[3/4] h-[62%] rounded-[48%] border-[0.6vmin] transition-colors place',
          frames[tone],
        )}
      />
    </div>
  )
}

const icons: Record<string, LucideIcon> = {
  blink: Eye,
  turn_left: ArrowLeft,
  turn_right: ArrowRight,
  open_mouth: Smile,
  back: ScanFace,
}
const toneIcons: Partial<Record<Tone, LucideIcon>> = { good: Check, bad: CircleAlert, away: Unplug }
const toneInk: Record<Tone, string> = {
  calm: 'text-muted',
  ask: 'text-bright',
  good: 'text-good',
  bad: 'text-bad',
  away: 'text-warn',
}

function Words({ sign }: { sign: Sign }) {
  const { action, tone } = sign
  const Icon = action ? icons[action.name] : toneIcons[tone]
  return (
    <div className="grid gap-[2.5vmin]">
      {Icon ? (
        <Icon aria-hidden className={classNames('size-[12vmin]', action ? 'text-ember' : toneInk[tone])} />
      ) : null}
      <h1 className="text-sign leading-[1.08] font-bold tracking-[-0.02em] text-balance text-bright">{sign.title}</h1>
      {sign.text ? <p className="text-sign-small text-muted">{sign.text}</p> : null}
      {action ? <Left {...action} /> : null}
    </div>
  )
}

/** How much time is left, and how far it is. */
function Left({ index, total, left }: NonNullable<Sign['action']>) {
  const t = useTranslations('kiosk')
  return (
    <div className="flex items-center gap-[2vmin]">
      <span className="flex gap-[1vmin]" aria-hidden>
        {Array.from({ length: total }, (_, place) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a dot is its place
            key={place}
            className={classNames(
              'size-[2vmin] rounded-full',
              place < index ? 'bg-good' : place === index ? 'bg-ember' : 'bg-line-strong',
            )}
          />
        ))}
      </span>
      <span className="text-sign-small text-ink tabular">{t('act_left', { seconds: Math.ceil(left) })}</span>
    </div>
  )
}

function Clock() {
  const format = useFormatter()
  const now = useNow(1000)
  return (
    <p className="text-sign-small text-muted tabular">
      {format.dateTime(new Date(now), { hour: '2-digit', minute: '2-digit', hour12: false })}
    </p>
  )
}

/** A sound when the state changes to one that has one. */
function useSounds(sign: Sign | null, on: boolean): () => void {
  const sounds = useRef<ReturnType<typeof createSounds> | null>(null)
  useEffect(() => {
    const made = createSounds()
    sounds.current = made
    return () => made.close()
  }, [])
  const sound: Sound | null =
    sign?.tone === 'good'
      ? 'granted'
      : sign?.tone === 'bad'
        ? 'refused'
        : sign?.action && sign.action.name !== 'back'
          ? 'next'
          : null
  const moment = sound === 'next' ? `next ${sign?.action?.index}` : sound
  // biome-ignore lint/correctness/useExhaustiveDependencies: one sound for each moment, whatever else changes
  useEffect(() => {
    if (sound && on) sounds.current?.play(sound)
  }, [moment])
  return () => sounds.current?.allow()
}

/** Keeps the screen on for as long as the page is seen. */
function useWakeLock(): void {
  useEffect(() => {
    if (!('wakeLock' in navigator)) return
    let lock: WakeLockSentinel | null = null
    const take = () => {
      if (document.visibilityState !== 'visible') return
      // Refused where the battery is low; the screen then sleeps as it is set to.
      navigator.wakeLock.request('screen').then(
        got => {
          lock = got
        },
        () => undefined,
      )
    }
    take()
    document.addEventListener('visibilitychange', take)
    return () => {
      document.removeEventListener('visibilitychange', take)
      void lock?.release()
    }
  }, [])
}
