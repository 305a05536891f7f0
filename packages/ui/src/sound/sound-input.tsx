import { AudioLines, Mic, RefreshCw, Square, X } from 'lucide-react'
import { useId, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { Button, IconButton } from '../button.tsx'
import { classNames } from '../class-names.ts'
import type { MediaDesk } from '../panel.ts'
import { ProblemNote } from '../signs.tsx'
import { useFileDrop } from '../use-file-drop.ts'
import { useMediaStore } from '../use-media-store.ts'
import { clock } from './clock.ts'
import { MicrophoneNote } from './microphone-note.tsx'
import { SoundFile } from './sound-player.tsx'
import { useRecorder } from './use-recorder.ts'

export interface SoundInputProps {
  label: string
  /** Reference of the sound; null when there is none yet. */
  value: string | null
  onChange(reference: string | null): void
  media: MediaDesk
  problem?: string | null
}

const isSound = (file: File) => /^(audio|video)\//.test(file.type)

/** A sound among a task's inputs: dropped, chosen or recorded. A video is taken for its sound. */
export function SoundInput({ label, value, onChange, media, problem }: SoundInputProps) {
  const t = useTranslations('ui')
  const id = useId()
  const chooser = useRef<HTMLInputElement>(null)
  const { storing, refused, take } = useMediaStore({ media, accepts: isSound, refusal: t('not_a_sound'), onChange })
  const recorder = useRecorder(file => void take(file))
  const { over, drag } = useFileDrop(transfer => void take([...transfer.files].find(isSound) ?? transfer.files[0]))
  const choose = () => chooser.current?.click()
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-12 text-muted">
        {label}
      </label>
      <input
        ref={chooser}
        id={id}
        type="file"
        accept="audio/*,video/*"
        className="sr-only"
        onChange={event => {
          if (event.target.files?.[0]) void take(event.target.files[0])
          event.target.value = ''
        }}
      />
      <div {...drag} className={classNames('grid gap-2 rounded-10', over ? 'bg-ember-soft' : '')}>
        {value ? (
          <div className="flex items-center gap-1">
            <SoundFile key={value} source={media.address(value)} label={t('input_sound')} className="min-w-0 flex-1" />
            <div className="grid">
              <IconButton small label={t('replace_sound')} onClick={choose}>
                <RefreshCw size={14} aria-hidden />
              </IconButton>
              <IconButton small label={t('remove_sound')} onClick={() => onChange(null)}>
                <X size={14} aria-hidden />
              </IconButton>
            </div>
          </div>
        ) : (
          <button
            type="button"
            onClick={choose}
            disabled={storing}
            className={classNames(
              'grid h-[92px] w-full place-items-center rounded-8 border border-dashed bg-ground px-4 text-13 text-muted transition-colors hover:text-ink',
              over ? 'border-ember' : 'border-line',
            )}
          >
            <span className="grid justify-items-center gap-2">
              <AudioLines size={20} aria-hidden />
              {storing ? t('storing_sound') : t('choose_sound')}
            </span>
          </button>
        )}
        {recorder.state === 'recording' ? (
          <Button onClick={recorder.stop} className="w-full">
            <Square size={14} className="text-bad" aria-hidden />
            {t('stop_recording')}
            <span className="font-mono text-12 text-muted tabular">{clock(recorder.seconds)}</span>
          </Button>
        ) : (
          <Button onClick={recorder.start} disabled={storing || recorder.state === 'asking'} className="w-full">
            <Mic size={14} aria-hidden />
            {recorder.state === 'asking' ? t('microphone_asking') : t('record')}
          </Button>
        )}
      </div>
      <MicrophoneNote problem={recorder.problem} className="mt-2" />
      {problem ? <p className="mt-1.5 text-12 text-bad">{problem}</p> : null}
      {refused ? <ProblemNote problem={refused} className="mt-2" /> : null}
    </div>
  )
}
