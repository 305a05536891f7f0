import { buttonClass, type ResultProps, textOf, useUnits } from '@hearth/ui'
import { clock, SoundFile } from '@hearth/ui/sound'
import { Download } from 'lucide-react'
import { useState } from 'react'
import type { z } from 'zod'
import type { task } from './spec.ts'

type Output = z.output<typeof task.output>

/** What was said, to be heard and read. */
export function SpeechResult({ job, t }: ResultProps) {
  const units = useUnits()
  // What one waited for is heard; what was made earlier is silent until somebody plays it.
  const [awaited] = useState(job.state !== 'succeeded')
  // The end of a job is heard a moment before its output is known.
  const output = job.state === 'succeeded' ? (job.output as Output | null) : null
  const file = output ? job.outputs.find(({ name }) => name === output.audio.name) : undefined
  const text = textOf(job.input, 'text')
  if (!output || !file) return null
  const facts = [
    clock(output.seconds),
    t('sentences', { n: output.sentences }),
    t('hertz', { n: units.number(output.sample_rate) }),
    units.bytes(file.bytes),
  ]
  return (
    <div className="absolute inset-0 overflow-y-auto">
      <div className="mx-auto grid max-w-[840px] gap-4">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <p className="min-w-0 flex-1 text-12 text-muted tabular">{facts.join(' · ')}</p>
          <a href={file.url} download={`${job.id.slice(-8)}-${file.name}`} className={buttonClass('plain')}>
            <Download size={16} aria-hidden />
            {t('download')}
          </a>
        </div>
        <SoundFile key={file.url} source={file.url} label={t('result')} atOnce={awaited} />
        <p className="text-15 leading-relaxed whitespace-pre-wrap text-ink wrap-anywhere">{text}</p>
      </div>
    </div>
  )
}
