import type { JobView } from '@hearth/contract'
import {
  Button,
  CopyButton,
  classNames,
  type ResultProps,
  saveFile,
  type Translate,
  textOf,
  useUnits,
} from '@hearth/ui'
import { clock, type Sound, SoundPlayer, useSound } from '@hearth/ui/sound'
import { Download } from 'lucide-react'
import { transcriptFile } from './transcript/transcript-file.ts'
import { type Transcript, type TranscriptChunk, type TranscriptSegment, transcriptFormat } from './transcript-fields.ts'

/** What was said, line by line as it is written down; a line plays from where it was said. */
export function TranscriptResult({ job, pieces, media, t }: ResultProps) {
  const sound = useSound(media.address(textOf(job.input, 'audio')))
  if (job.state === 'failed' || job.state === 'cancelled') return null
  // The end of a job is heard a moment before its output is known.
  const transcript = job.state === 'succeeded' ? (job.output as Transcript | null) : null
  const segments = transcript?.segments ?? (pieces as TranscriptChunk[]).map(({ segment }) => segment)
  return (
    <div className="absolute inset-0 grid grid-rows-[auto_auto_1fr] gap-4">
      <div className="mx-auto flex w-full max-w-[940px] flex-wrap items-center gap-x-4 gap-y-2">
        {transcript ? <Facts job={job} transcript={transcript} t={t} /> : <span className="flex-1" />}
        {transcript ? <Files job={job} transcript={transcript} t={t} /> : null}
      </div>
      <SoundPlayer sound={sound} label={t('input')} className="mx-auto w-full max-w-[940px]" />
      <ol
        aria-label={t('segments')}
        className={classNames('min-h-0 overflow-y-auto', job.state === 'succeeded' ? '' : 'pb-16')}
      >
        {segments.map(segment => (
          <Segment key={segment.id} segment={segment} sound={sound} t={t} />
        ))}
        {job.state === 'succeeded' ? null : (
          <li className="mx-auto max-w-[940px] px-3 py-2 text-muted max-sm:px-2" aria-label={t('listening')}>
            …
          </li>
        )}
        {transcript && segments.length === 0 ? (
          <li className="mx-auto max-w-[940px] px-3 py-2 text-muted">{t('nothing')}</li>
        ) : null}
      </ol>
    </div>
  )
}

function Facts({ job, transcript, t }: { job: JobView; transcript: Transcript; t: Translate }) {
  const units = useUnits()
  const took = (Date.parse(job.finished_at ?? '') - Date.parse(job.started_at ?? '')) / 1000
  const speed = transcript.seconds / took
  const facts = [
    clock(transcript.seconds),
    units.language(transcript.language),
    ...(Number.isFinite(speed) ? [t('real_time', { n: units.number(Math.round(speed * 10) / 10) })] : []),
  ]
  return <p className="min-w-0 flex-1 basis-44 text-12 text-muted tabular">{facts.join(' · ')}</p>
}

function Files({ job, transcript, t }: { job: JobView; transcript: Transcript; t: Translate }) {
  const save = (format: (typeof transcriptFormat.options)[number]) => {
    const { name, mime, bytes } = transcriptFile(transcript, format)
    saveFile(`${job.id.slice(-8)}-${name}`, new Blob([bytes.slice()], { type: mime }))
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      {transcriptFormat.options.map(format => (
        <Button
          key={format}
          size="small"
          aria-label={t('save', { format: format.toUpperCase() })}
          onClick={() => save(format)}
        >
          <Download size={14} aria-hidden />
          {format.toUpperCase()}
        </Button>
      ))}
      <CopyButton text={() => transcript.text} label={t('copy')} done={t('copied')} />
    </div>
  )
}

function Segment({ segment, sound, t }: { segment: TranscriptSegment; sound: Sound; t: Translate }) {
  const current = sound.time >= segment.start && sound.time < segment.end && (sound.playing || sound.time > 0)
  return (
    <li
      aria-current={current ? 'true' : undefined}
      className={classNames(
        'mx-auto grid max-w-[940px] grid-cols-[56px_1fr] items-start gap-4 rounded-8 px-3 max-sm:gap-2 max-sm:px-2',
        current ? 'bg-hover' : '',
      )}
    >
      <button
        type="button"
        aria-label={t('play_from', { time: clock(segment.start) })}
        onClick={() => sound.playFrom(segment.start)}
        className={classNames(
          'rounded-4 py-2 text-left font-mono text-12 leading-[1.875] tabular hover:text-bright',
          current ? 'text-ember-ink' : 'text-muted',
        )}
      >
        {clock(segment.start)}
      </button>
      <Said segment={segment} sound={sound} />
    </li>
  )
}

/** The text is pressed as its time is; by keyboard the time does it. */
function Said({ segment, sound }: { segment: TranscriptSegment; sound: Sound }) {
  const parts = segment.words ?? [{ word: segment.text.trim(), start: segment.start, end: segment.end }]
  return (
    <p className="py-2 text-15 text-ink wrap-anywhere">
      {parts.map(({ word, start }) => (
        <button
          key={`${start}-${word}`}
          type="button"
          tabIndex={-1}
          onClick={() => sound.playFrom(start)}
          className="rounded-4 text-left whitespace-pre-wrap hover:text-bright hover:underline hover:decoration-line-strong hover:underline-offset-3"
        >
          {word}
        </button>
      ))}
    </p>
  )
}
