import { type SampleSpan, type SpanSettings, speechSpans, vadWindow } from './speech-spans.ts'
import type { VoiceModel } from './voice-model.ts'

/** One sound that is being heard. Numbers of samples count from its beginning. */
export interface Hearing {
  /** The spans that nothing to come can change. */
  hear(samples: Float32Array): Promise<SampleSpan[]>
  /** Other settings, from the next window on; the speech that goes on is forgotten. */
  change(settings: SpanSettings): void
  open(): number | undefined
  /** How many were heard. */
  samples(): number
  /** The rest. */
  end(): Promise<SampleSpan[]>
}

export function startHearing(model: VoiceModel, settings: SpanSettings): Hearing {
  const listener = model.listen()
  let finder = speechSpans(settings)
  let windows = 0
  let heard = 0
  const join = (likelihoods: Float32Array) => {
    windows += likelihoods.length
    return [...likelihoods].flatMap(likelihood => finder.hear(likelihood))
  }
  return {
    async hear(samples) {
      const likelihoods = await listener.hear(samples)
      heard += samples.length
      return join(likelihoods)
    },
    change(settings) {
      finder = speechSpans(settings, windows * vadWindow)
    },
    open: () => finder.open(),
    samples: () => heard,
    async end() {
      const last = join(await listener.end())
      return [...last, ...finder.end(heard)]
    },
  }
}

const name = 'hearing'

interface Remembered {
  model: VoiceModel
  hearing: Hearing
  settings: string
}

/** The sound of a stream. It begins anew where the model was loaded anew. */
export function hearingIn(memory: Map<string, unknown>, model: VoiceModel, settings: SpanSettings): Hearing {
  const wanted = JSON.stringify(settings)
  const known = memory.get(name) as Remembered | undefined
  const hearing = known?.model === model ? known.hearing : startHearing(model, settings)
  if (known?.hearing === hearing && known.settings !== wanted) hearing.change(settings)
  memory.set(name, { model, hearing, settings: wanted } satisfies Remembered)
  return hearing
}
