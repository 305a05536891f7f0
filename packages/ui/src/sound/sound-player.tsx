import { Pause, Play } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { classNames } from '../class-names.ts'
import { clock } from './clock.ts'
import { bars, type Sound, useSound } from './use-sound.ts'

export interface SoundFileProps {
  source: string
  label: string
  /** Heard as soon as it is there. */
  atOnce?: boolean
  className?: string
}

/** A sound of its own: for where nothing else moves in it. */
export function SoundFile({ source, label, atOnce, className }: SoundFileProps) {
  const sound = useSound(source, atOnce)
  return <SoundPlayer sound={sound} label={label} {...(className ? { className } : {})} />
}

/** Plays a sound; its wave is where one goes to a place in it. */
export function SoundPlayer({ sound, label, className }: { sound: Sound; label: string; className?: string }) {
  const t = useTranslations('ui')
  const length = sound.duration ?? 0
  const place = `${clock(sound.time)} / ${clock(length)}`
  return (
    <section
      aria-label={label}
      className={classNames('rounded-10 border border-line bg-surface px-4 py-3 max-sm:px-3', className)}
    >
      <audio {...sound.attach} className="hidden" />
      <div className="flex items-center gap-4 max-sm:gap-3">
        <button
          type="button"
          aria-label={sound.playing ? t('pause') : t('play')}
          onClick={sound.toggle}
          className="grid size-9 shrink-0 place-items-center rounded-full bg-ember text-on-ember transition-colors hover:bg-ember-hover"
        >
          {sound.playing ? <Pause size={16} aria-hidden /> : <Play size={16} className="translate-x-px" aria-hidden />}
        </button>
        <div className="relative h-14 min-w-0 flex-1">
          <WaveForm sound={sound} />
          <input
            type="range"
            aria-label={t('position')}
            aria-valuetext={place}
            min={0}
            max={length}
            step={0.01}
            value={Math.min(sound.time, length)}
            onChange={event => sound.seek(Number(event.target.value))}
            className="absolute inset-0 size-full cursor-pointer opacity-0 peer"
          />
          <span className="pointer-events-none absolute inset-0 rounded-6 outline-offset-2 outline-ember peer-focus-visible:outline-2" />
        </div>
        <span className="shrink-0 font-mono text-12 text-muted tabular">{place}</span>
      </div>
      {sound.failed ? (
        <p role="alert" className="mt-2 text-12 text-bad">
          {t('not_playable')}
        </p>
      ) : null}
    </section>
  )
}

/** What was played is lit. Before the wave is known, and where it cannot be, it is a line. */
function WaveForm({ sound: { wave, time, duration } }: { sound: Sound }) {
  const share = duration ? Math.min(1, time / duration) : 0
  const heights = wave?.peaks ?? Array.from({ length: bars }, () => 0)
  const shape = heights.map((peak, place) => {
    const height = Math.max(3, peak * 100)
    return `M${place + 0.25} ${50 - height / 2}h0.5v${height}h-0.5z`
  })
  const drawing = (
    <svg viewBox={`0 0 ${bars} 100`} preserveAspectRatio="none" className="size-full" aria-hidden>
      <path d={shape.join('')} fill="currentColor" />
    </svg>
  )
  return (
    <>
      <div className="absolute inset-0 text-line-strong">{drawing}</div>
      <div className="absolute inset-0 text-ember" style={{ clipPath: `inset(0 ${(1 - share) * 100}% 0 0)` }}>
        {drawing}
      </div>
    </>
  )
}
