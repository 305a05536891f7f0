import { AppError } from '@hearth/contract'
import { audioFiles, audioFormat } from '@hearth/speech/audio-fields'
import { type Chunk, task as synthesiseSpeech } from '@hearth/speech/synthesise-speech/spec'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import { presentable } from '../../http/errors.ts'
import { findTask } from '../../intake/accept-job.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { type OrderEvent, streamOrder } from '../../intake/stream-order.ts'
import { streamAnswer } from '../../live/sse.ts'
import { admit } from '../admit.ts'
import { patiently } from '../run-patiently.ts'
import { readWish } from './chat-wish.ts'
import { clonedVoice, references } from './cloned-speech.ts'
import { openaiErrorBody } from './error-body.ts'

/** As long as OpenAI's. */
const longest = 4096

const wish = z.object({
  model: z.string().min(1),
  input: z
    .string()
    .min(1, 'expected a text that is not empty')
    .max(longest, `expected ${longest} characters at most; longer texts are read as a job of ${synthesiseSpeech.id}`),
  voice: z.union([z.string().min(1), z.object({ id: z.string().min(1) }).transform(({ id }) => id)]).nullish(),
  response_format: audioFormat.nullish(),
  speed: z.number().min(0.25).max(4).nullish(),
  stream_format: z.enum(['audio', 'sse']).nullish(),
  /** SiliconFlow's, from here on. */
  sample_rate: z.int().nullish(),
  gain: z.number().min(-10).max(10).nullish(),
  stream: z.boolean().nullish(),
  references: references.nullish(),
})
type Wish = z.output<typeof wish>

/** Voices of OpenAI and SiliconFlow. Their clients always name one; here they stand for the model's own first voice. */
export const foreignVoices = new Set(
  (
    'alloy ash ballad coral echo fable nova onyx sage shimmer verse marin cedar ' +
    'alex anna bella benjamin charles claire david diana'
  ).split(' '),
)

/** Those whose head tells their length: they are answered when they are whole. */
const headed = new Set(['wav', 'flac'])

/** Reads a text aloud; `instructions` are let through and change nothing. */
export async function serveSpeech(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  const wished = readWish(wish, await readJson(c, bodyLimit(deps)))
  const { model, response_format, stream_format, stream } = wished
  const format = response_format ?? 'mp3'
  const cloned = await clonedVoice(deps, caller, wished)
  const task = findTask(deps, cloned?.task ?? synthesiseSpeech.id)
  const { signal } = c.req.raw
  const voice = cloned?.voice ?? namedVoice(wished)
  const order = { task, model, input: { ...speechInput(wished), ...voice, format } }
  const events = await patiently(signal, () => streamOrder(deps, caller, order, signal)).catch(thrown => {
    throw aboutInput(thrown)
  })
  if (stream_format === 'sse') {
    return streamAnswer(events, speechFrames, thrown => [
      { data: JSON.stringify(openaiErrorBody(presentable(aboutInput(thrown), c, deps.log))) },
    ])
  }
  const headers = { 'content-type': audioFiles[format].mime, 'cache-control': 'no-store' }
  const whole = headed.has(format) || stream === false
  return new Response(whole ? await wholeFile(events) : bytesOf(events), { headers })
}

/** One of the model's own. */
function namedVoice({ voice }: Wish) {
  // SiliconFlow's are `model:voice`.
  const name = voice?.slice(voice.lastIndexOf(':') + 1)
  return name === undefined || foreignVoices.has(name.toLowerCase()) ? {} : { voice: name }
}

function speechInput({ input, speed, gain, sample_rate, response_format }: Wish) {
  // Nothing tells the rate of PCM: clients expect OpenAI's.
  const rate = sample_rate ?? (response_format === 'pcm' ? 24_000 : undefined)
  return {
    text: input,
    speed: speed ?? 1,
    gain_db: gain ?? 0,
    ...(rate === undefined ? {} : { sample_rate: rate }),
  }
}

/** Where this door has the fields of the tasks. */
const places: Record<string, readonly string[]> = {
  text: ['input'],
  reference: ['references', '0', 'audio'],
  reference_text: ['references', '0', 'text'],
}

/** What is said of the task's fields, said of those that they came in. */
function aboutInput(thrown: unknown): unknown {
  const field = thrown instanceof AppError ? thrown.path?.[0] : undefined
  const path = places[String(field)]
  if (!(thrown instanceof AppError) || path === undefined) return thrown
  const { message, ...report } = thrown.report()
  return AppError.from({
    ...report,
    message: message.replace(`${String(field)}:`, `${path.join('.')}:`),
    path: [...path],
  })
}

function speechFrames(event: OrderEvent) {
  // Nothing here is counted in tokens, and clients read numbers.
  const usage = { input_tokens: 0, output_tokens: 0, total_tokens: 0 }
  const data =
    event.kind === 'chunk'
      ? { type: 'speech.audio.delta', audio: (event.value as Chunk).audio }
      : { type: 'speech.audio.done', usage }
  return [{ data: JSON.stringify(data) }]
}

async function wholeFile(events: AsyncIterable<OrderEvent>): Promise<Uint8Array<ArrayBuffer>> {
  for await (const event of events) {
    const [file] = event.kind === 'end' ? event.answer.files : []
    if (file) return new Uint8Array(file.bytes)
  }
  throw new AppError('internal', 'the speech ended without a file')
}

/** The sound as it is made. Where it cannot go on the connection breaks off: the body never ends as if all were said. */
function bytesOf(events: AsyncIterable<OrderEvent>): ReadableStream<Uint8Array> {
  const iterator = events[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        const { done, value } = await iterator.next()
        if (done === true) return controller.close()
        // The answer at the end has the whole file once more.
        if (value.kind === 'chunk') return controller.enqueue(Buffer.from((value.value as Chunk).audio, 'base64'))
      }
    },
    cancel: async () => {
      await iterator.return?.()
    },
  })
}
