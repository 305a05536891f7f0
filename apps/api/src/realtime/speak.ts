import { type Chunk, task as synthesiseSpeech } from '@hearth/speech/synthesise-speech/spec'
import { patiently } from '../dialects/run-patiently.ts'
import { findTask } from '../intake/accept-job.ts'
import { streamOrder } from '../intake/stream-order.ts'
import type { Session } from './session.ts'
import { rateOf, writeSound } from './sound-format.ts'
import type { Talk } from './talk.ts'

/** Bytes that are sent at a time: half a second. */
const piece = 24_000

/** A voice that is spoken with: a model, and which of its voices. */
interface Voice {
  model?: string
  voice?: string
}

/** A name is a model's, a model's and one of its voices' with a colon between, or a voice's of the default model. */
export async function chooseVoice({ deps, meant }: Talk, called: string | undefined): Promise<Voice> {
  const name = meant.voice(called)
  if (name === undefined) return {}
  const able = (await deps.models.list()).filter(({ tasks }) => tasks.includes(synthesiseSpeech.id))
  const [model = '', voice] = name.split(/:(.*)/s)
  if (!able.some(({ id }) => id === model)) return { voice: name }
  return voice === undefined ? { model } : { model, voice }
}

/** The sound of a sentence as it is made, in the format of the session. Leaving the loop ends it. @throws AppError. */
export async function* speakSentence(
  { deps, caller }: Talk,
  { model, voice }: Voice,
  { format, speed }: Session['output'],
  text: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const input = {
    text,
    speed,
    format: 'pcm' as const,
    sample_rate: rateOf[format],
    ...(voice === undefined ? {} : { voice }),
  }
  const order = { task: findTask(deps, synthesiseSpeech.id), model, input }
  for await (const event of await patiently(signal, () => streamOrder(deps, caller, order, signal))) {
    if (event.kind !== 'chunk') continue
    const sound = Buffer.from((event.value as Chunk).audio, 'base64')
    for (let at = 0; at < sound.length; at += piece) yield writeSound(format, sound.subarray(at, at + piece))
  }
}
