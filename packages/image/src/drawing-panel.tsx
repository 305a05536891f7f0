import type { JobView, ModelView } from '@hearth/contract'
import { numberOf, type Parameter, type ResultProps, type Translate, textOf, type Values } from '@hearth/ui'
import { useState } from 'react'
import { samplerTitle } from './drawing-controls.tsx'

function objectOf(value: unknown): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {}
}

/** Everything that was used, defaults filled in; before the end, what was asked for. */
export function parametersOf(job: JobView): Values {
  const used = objectOf(objectOf(job.output).parameters)
  return { ...job.input, ...used }
}

/** Seed of one picture of several: the file says it, else it follows from the first. */
export function seedOf(job: JobView, index: number): number | undefined {
  const own = job.outputs[index]?.meta?.seed
  if (typeof own === 'number') return own
  const first = numberOf(objectOf(job.output), 'seed')
  return first === undefined ? undefined : first + index
}

/** The panel's part that all drawing tasks share. */
export const drawingPanel = {
  title: (input: Values) => textOf(input, 'prompt'),
  frame(values: Values) {
    const width = numberOf(values, 'width')
    const height = numberOf(values, 'height')
    return width && height ? { width, height } : null
  },
  count: (values: Values) => numberOf(values, 'n') ?? 1,
  opening(model: ModelView): Values {
    const prompt = model.example_prompts[0]
    return prompt === undefined ? {} : { prompt }
  },
  chips(values: Values, t: Translate): string[] {
    const n = numberOf(values, 'n') ?? 1
    const steps = numberOf(values, 'steps')
    return [...(n > 1 ? [t('chip_pictures', { n })] : []), ...(steps ? [t('chip_steps', { n: steps })] : [])]
  },
  settings(job: JobView, index: number): Values {
    const seed = seedOf(job, index)
    // One picture of several is drawn alone by its own seed.
    const { n: _, ...input } = job.input
    return seed === undefined ? input : { ...input, seed }
  },
  parameters(job: JobView, index: number, t: Translate): Parameter[] {
    const used = parametersOf(job)
    const file = job.outputs[index]
    const row = (label: string, value: string | number | undefined, mono = false): Parameter[] =>
      value === undefined || value === '' ? [] : [{ label: t(label), value: String(value), mono }]
    const sampler = textOf(used, 'sampler')
    const steps = numberOf(used, 'steps')
    const strength = numberOf(used, 'strength')
    const notes = objectOf(job.output).notes
    return [
      ...row('sampler', sampler && steps ? t('sampler_value', { sampler: samplerTitle(sampler), steps }) : sampler),
      ...row('guidance', numberOf(used, 'guidance_scale')?.toFixed(1)),
      ...(strength === undefined ? [] : row('strength', strength.toFixed(2))),
      ...row('seed', seedOf(job, index), true),
      ...row(
        'size',
        file?.width && file.height ? t('size_value', { width: file.width, height: file.height }) : undefined,
      ),
      ...row('negative', textOf(used, 'negative_prompt')),
      ...row('file', file?.name, true),
      ...(Array.isArray(notes) && notes.length > 0 ? row('notes', notes.join(' ')) : []),
    ]
  },
}

/** The picture where it will be: first its preview, then itself, at the same place and size. */
export function DrawingResult({ job, index, preview, t }: ResultProps) {
  const file = job.outputs[index]
  const [shown, setShown] = useState<string | null>(null)
  const final = job.state === 'succeeded' && file ? file.url : null
  return (
    <>
      {preview && (final === null || shown !== final) ? (
        <img
          src={preview}
          alt={t('preview')}
          className="absolute inset-0 size-full scale-[1.03] object-cover blur-preview saturate-90"
        />
      ) : null}
      {final ? (
        <img
          key={final}
          src={final}
          alt={t('result', { title: textOf(job.input, 'prompt') })}
          onLoad={() => setShown(final)}
          className="absolute inset-0 size-full object-contain"
        />
      ) : null}
    </>
  )
}
