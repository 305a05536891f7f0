import { AppError, type Checkpoint, type Placement } from '@hearth/contract'
import { library, type Recognised, type Recogniser } from '../../sherpa/library.ts'
import { listenerRate } from './recent-sound.ts'
import { type FoundWeights, findWeights } from './weights.ts'

/** A model in memory that writes speech down. */
export interface Listener {
  /** Codes of what it can be asked for; absent: that is not known. */
  languages?: readonly string[]
  /** Whether it tells when words were said. */
  timed: boolean
  /** Writes down one piece. @param language what is spoken, where that is known. */
  hear(samples: Float32Array, language: string | undefined): Promise<Recognised>
}

/** Samples of a piece at least: the windows of some models are longer than the shortest word. */
const shortest = listenerRate / 2

/** @throws AppError `unavailable` without the engine, `model-broken` where a file is missing or wrong. */
export async function openListener({ dir }: Checkpoint, placement: Placement): Promise<Listener> {
  const found = await findWeights(dir)
  let current = { language: undefined as string | undefined, recogniser: await open(dir, found, undefined, placement) }
  return {
    ...(found.languages ? { languages: found.languages } : {}),
    timed: found.timed,
    async hear(samples, language) {
      if (found.languages && language !== current.language) {
        // The language of these is one of the weights' settings. Those that were there go when their memory is collected.
        current = { language, recogniser: await open(dir, found, language, placement) }
      }
      const stream = current.recogniser.createStream()
      stream.acceptWaveform({ samples: atLeast(samples, shortest), sampleRate: listenerRate })
      return current.recogniser.decodeAsync(stream)
    },
  }
}

async function open(
  dir: string,
  { weights, tokens }: FoundWeights,
  language: string | undefined,
  { threads }: Placement,
): Promise<Recogniser> {
  const { OfflineRecognizer } = await library()
  try {
    return await OfflineRecognizer.createAsync({
      featConfig: { sampleRate: listenerRate, featureDim: 80 },
      modelConfig: { ...weights(language), tokens, numThreads: threads, provider: 'cpu', debug: 0 },
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('model-broken', `cannot load the weights in ${dir}: ${reason}`, {
      hint: 'Verify the model, or pull it again.',
      cause,
    })
  }
}

function atLeast(samples: Float32Array, length: number): Float32Array {
  if (samples.length >= length) return samples
  const longer = new Float32Array(length)
  longer.set(samples)
  return longer
}
