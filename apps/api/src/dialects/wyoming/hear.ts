import type { Socket } from 'node:net'
import { AppError } from '@hearth/contract'
import { wavHeader } from '@hearth/media'
import { task as transcribe } from '@hearth/speech/transcribe/spec'
import type { Transcript, TranscriptChunk } from '@hearth/speech/transcript-fields'
import { z } from 'zod'
import { streamOrder } from '../../intake/stream-order.ts'
import { patiently } from '../run-patiently.ts'
import { writeEvent } from './events.ts'
import { baseOf, chooseModel } from './info.ts'
import type { Talk } from './talk.ts'

const wish = z.object({
  name: z.string().nullish(),
  language: z.string().nullish(),
  transcript_names: z.array(z.string()).nullish(),
  transcript_terms: z.array(z.string()).nullish(),
})
const format = z.object({
  rate: z.int().min(8000).max(192_000),
  width: z.union([z.literal(2), z.literal(3), z.literal(4)]),
  channels: z.int().min(1).max(8),
})

/** One thing that is listened to: what is wanted, then sound. */
export interface Hearing {
  start(data: unknown): void
  /** @throws AppError `too-large`. */
  take(data: unknown, payload: Uint8Array): void
  /** Writes down what was heard. */
  stop(): Promise<void>
}

export function createHearing(talk: Talk, wanted: unknown): Hearing {
  const wished = wish.parse(wanted)
  const pieces: Uint8Array[] = []
  let bytes = 0
  let told: z.output<typeof format> | undefined
  const tell = (data: unknown) => {
    told ??= format.parse(data)
    return told
  }
  return {
    start: data => void tell(data),
    take(data, payload) {
      tell(data)
      bytes += payload.length
      if (bytes > talk.deps.config.maxUpload) {
        throw new AppError('too-large', `more than ${talk.deps.config.maxUpload} bytes of sound`)
      }
      pieces.push(Uint8Array.from(payload))
    },
    async stop() {
      if (!told || bytes === 0) throw new AppError('invalid-input', 'there was no sound')
      const { rate, width, channels } = told
      await transcribeSound(
        talk,
        wished,
        Buffer.concat([wavHeader(rate, bytes, { bits: width * 8, channels }), ...pieces]),
      )
    },
  }
}

async function transcribeSound(talk: Talk, wished: z.output<typeof wish>, audio: Uint8Array): Promise<void> {
  const { deps, socket, signal } = talk
  const caller = await talk.admit()
  const language = wished.language ?? undefined
  const model = chooseModel(await deps.models.list(), transcribe.id, { name: wished.name ?? undefined, language })
  const likely = [...(wished.transcript_names ?? []), ...(wished.transcript_terms ?? [])].join(', ')
  const input = {
    audio,
    ...(language === undefined ? {} : { language: baseOf(language) }),
    ...(likely === '' ? {} : { prompt: likely.slice(0, 1000) }),
  }
  const events = await patiently(signal, () => streamOrder(deps, caller, { task: transcribe, model, input }, signal))
  await tellTranscript(socket, events)
}

/** Pieces as they come, and the whole at the end for clients that know nothing of pieces. */
async function tellTranscript(socket: Socket, events: Awaited<ReturnType<typeof streamOrder>>): Promise<void> {
  await writeEvent(socket, 'transcript-start')
  for await (const event of events) {
    if (event.kind === 'chunk') {
      await writeEvent(socket, 'transcript-chunk', { text: (event.value as TranscriptChunk).segment.text })
      continue
    }
    const { text, language } = event.answer.output as Transcript
    await writeEvent(socket, 'transcript', { text: text.trim(), language })
  }
  await writeEvent(socket, 'transcript-stop')
}
