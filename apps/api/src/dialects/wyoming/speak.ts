import { AppError } from '@hearth/contract'
import { type Chunk, task as synthesiseSpeech } from '@hearth/speech/synthesise-speech/spec'
import { z } from 'zod'
import { streamOrder } from '../../intake/stream-order.ts'
import { cutSentences } from '../../realtime/sentences.ts'
import { patiently } from '../run-patiently.ts'
import { writeEvent } from './events.ts'
import { chooseModel } from './info.ts'
import type { Talk } from './talk.ts'

const sound = { rate: 22_050, width: 2, channels: 1 } as const
/** Bytes of an event. */
const piece = 8192
const pauseBytes = Math.round(0.3 * sound.rate) * sound.width

const wish = z.object({
  voice: z
    .object({ name: z.string().nullish(), language: z.string().nullish(), speaker: z.string().nullish() })
    .nullish(),
  text_format: z.string().nullish(),
})
const withText = z.object({ text: z.string() })

/** Text that comes piece by piece, read aloud sentence by sentence. */
export interface Speaking {
  /** Speaks what has become whole. */
  take(data: unknown): Promise<void>
  /** Speaks the rest. */
  stop(): Promise<void>
}

/** Reads a whole text aloud. */
export async function speakText(talk: Talk, wanted: unknown): Promise<void> {
  const speaking = await startSpeaking(talk, wanted)
  await speaking.take(wanted)
  await speaking.stop()
}

export async function startSpeaking(talk: Talk, wanted: unknown): Promise<Speaking> {
  const { voice, text_format } = wish.parse(wanted)
  if (text_format === 'ssml') throw new AppError('invalid-input', 'SSML is not understood here: send plain text')
  const wished = { name: voice?.name ?? undefined, language: voice?.language ?? undefined }
  const model = chooseModel(await talk.deps.models.list(), synthesiseSpeech.id, wished)
  const sentences = cutSentences(wished.language?.replace('_', '-'))
  let samples = 0

  const send = async (bytes: Uint8Array) => {
    if (samples === 0) await writeEvent(talk.socket, 'audio-start', { ...sound, timestamp: 0 })
    for (let at = 0; at < bytes.length; at += piece) {
      const payload = bytes.subarray(at, at + piece)
      const timestamp = Math.round((1000 * samples) / sound.rate)
      samples += payload.length / sound.width
      await writeEvent(talk.socket, 'audio-chunk', { ...sound, timestamp }, payload)
    }
  }
  const say = async (text: string) => {
    if (!/[\p{L}\p{N}]/u.test(text)) return
    if (samples > 0) await send(new Uint8Array(pauseBytes))
    const speaker = voice?.speaker ?? undefined
    for await (const bytes of speech(talk, model, { text, ...(speaker === undefined ? {} : { voice: speaker }) })) {
      await send(bytes)
    }
  }
  return {
    async take(data) {
      await say(sentences.write(withText.parse(data).text).join(''))
    },
    async stop() {
      await say(sentences.end().join(''))
      if (samples === 0) await writeEvent(talk.socket, 'audio-start', { ...sound, timestamp: 0 })
      await writeEvent(talk.socket, 'audio-stop', { timestamp: Math.round((1000 * samples) / sound.rate) })
    },
  }
}

/** 16 bits, one channel, at the rate above. */
async function* speech(talk: Talk, model: string | undefined, said: { text: string; voice?: string }) {
  const { deps, signal } = talk
  const caller = await talk.admit()
  const order = { task: synthesiseSpeech, model, input: { ...said, format: 'pcm', sample_rate: sound.rate } }
  for await (const event of await patiently(signal, () => streamOrder(deps, caller, order, signal))) {
    if (event.kind === 'chunk') yield Buffer.from((event.value as Chunk).audio, 'base64')
  }
}
