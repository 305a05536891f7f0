import { AppError, type Placement } from '@hearth/contract'
import { library, type Speaker, type SpeakingWeights } from './library.ts'

/**
 * Loads weights that were checked before: sherpa ends the process over those that it cannot use.
 * @param dir their folder, for the error.
 * @param ruleFsts grammars that write out numbers and dates.
 * @throws AppError `unavailable` without the engine, `model-broken` for what sherpa throws.
 */
export async function openSpeaker(
  dir: string,
  weights: SpeakingWeights,
  { threads }: Placement,
  ruleFsts?: readonly string[],
): Promise<Speaker> {
  const { OfflineTts } = await library()
  const model = { ...weights, numThreads: threads, provider: 'cpu', debug: 0 } as const
  const grammars = ruleFsts === undefined || ruleFsts.length === 0 ? {} : { ruleFsts: ruleFsts.join(',') }
  try {
    return await OfflineTts.createAsync({ model, ...grammars, maxNumSentences: 1, silenceScale: 1 })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('model-broken', `cannot load the voice in ${dir}: ${reason}`, {
      hint: 'Verify the model, or pull it again.',
      cause,
    })
  }
}
