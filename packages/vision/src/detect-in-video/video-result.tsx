import type { JobView } from '@hearth/contract'
import type { ResultProps } from '@hearth/ui'
import { createPalette } from '@hearth/ui/seeing'
import { useRef, useState } from 'react'
import type { z } from 'zod'
import type { task } from './spec.ts'

type Output = z.output<typeof task.output>

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`

/** The annotated video, and below it when each thing was seen: a click goes there. */
export function VideoResult({ job, t }: ResultProps) {
  const player = useRef<HTMLVideoElement>(null)
  const [colorOf] = useState(createPalette)
  // The end of a job is heard a moment before its output is known.
  const output = job.output as Output | null
  if (job.state !== 'succeeded' || output === null) return null
  const shown = addressOf(job, output.video)
  const go = (seconds: number) => {
    if (!player.current) return
    player.current.currentTime = seconds
    void player.current.play()
  }
  return (
    <div className="absolute inset-0 grid grid-rows-[minmax(0,1fr)_fit-content(34%)] bg-canvas">
      {shown ? (
        // biome-ignore lint/a11y/useMediaCaption: boxes are drawn in; there is no speech to write down
        <video ref={player} src={shown} controls className="size-full min-h-0" />
      ) : (
        <p className="grid place-items-center text-muted">{t('no_copy')}</p>
      )}
      <ol aria-label={t('timeline')} className="overflow-y-auto border-t border-line bg-surface px-3 py-2">
        {output.tracks.length === 0 ? <li className="py-2 text-13 text-muted">{t('nothing')}</li> : null}
        {output.tracks.map(track => (
          <li key={track.track} className="grid grid-cols-[112px_1fr_84px] items-center gap-3 py-1 text-12">
            <span className="truncate text-ink">{track.label}</span>
            <button
              type="button"
              aria-label={t('seen', { label: track.label, from: clock(track.first), to: clock(track.last) })}
              onClick={() => go(track.first)}
              className="relative h-3 rounded-full bg-line"
            >
              <span
                className="absolute inset-y-0 min-w-1 rounded-full bg-(--find)"
                style={
                  {
                    '--find': colorOf(track),
                    left: `${(track.first / output.duration) * 100}%`,
                    width: `${((track.last - track.first) / output.duration) * 100}%`,
                  } as React.CSSProperties
                }
              />
            </button>
            <span className="text-right text-muted tabular">
              {clock(track.first)} – {clock(track.last)}
            </span>
          </li>
        ))}
      </ol>
    </div>
  )
}

function addressOf(job: JobView, name: string | null): string | undefined {
  return job.outputs.find(file => file.name === name)?.url
}
