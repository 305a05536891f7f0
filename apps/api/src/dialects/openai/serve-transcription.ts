import { AppError } from '@hearth/contract'
import { task as transcribe } from '@hearth/speech/transcribe/spec'
import type { Transcript } from '@hearth/speech/transcript-fields'
import { task as translateSpeech } from '@hearth/speech/translate-speech/spec'
import type { ApiDeps } from '../../deps.ts'
import { readForm } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import { type ErrorAnswer, presentable } from '../../http/errors.ts'
import { findTask } from '../../intake/accept-job.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { type OrderEvent, streamOrder } from '../../intake/stream-order.ts'
import { streamAnswer } from '../../live/sse.ts'
import { admit } from '../admit.ts'
import { patientJson } from '../patient-json.ts'
import { patiently } from '../run-patiently.ts'
import { streamText } from '../stream-text.ts'
import { openaiErrorBody } from './error-body.ts'
import { type Heard, textTypes, transcriptAnswer, transcriptFrames, transcriptText } from './transcription-answer.ts'
import { aboutFile, inputOf, modelOf, readTranscriptionWish } from './transcription-wish.ts'

const tasks = { transcribe, translate: translateSpeech } satisfies Record<Heard, unknown>

/**
 * Writes speech down. Whole answers are made of the streamed run as well: a run that is silent for too long is given up,
 * and a long recording takes minutes.
 */
export async function serveTranscription(
  deps: ApiDeps,
  c: ApiContext,
  heard: Heard,
  error: ErrorAnswer,
): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  const wish = readTranscriptionWish((await readForm(c, bodyLimit(deps))).fields)
  const { signal } = c.req.raw
  const order = { task: findTask(deps, tasks[heard].id), model: modelOf(wish), input: inputOf(wish, heard) }
  const begin = () =>
    patiently(signal, () => streamOrder(deps, caller, order, signal)).catch(thrown => {
      throw aboutFile(thrown)
    })
  const { response_format: format } = wish
  if (wish.stream) {
    return streamAnswer(await begin(), transcriptFrames(wish), thrown => [
      { data: JSON.stringify(openaiErrorBody(presentable(aboutFile(thrown), c, deps.log))) },
    ])
  }
  if (format === 'text' || format === 'srt' || format === 'vtt') {
    // Text cannot tell of an error: where it cannot go on the connection breaks off.
    const fault = (thrown: unknown) => {
      throw presentable(aboutFile(thrown), c, deps.log)
    }
    const text = transcriptText(await begin(), format)
    return streamText(text, { contentType: textTypes[format], write: piece => piece, fault })
  }
  const work = begin()
    .then(wholeTranscript)
    .then(transcript => transcriptAnswer(transcript, wish, heard))
  return patientJson(c, deps, { work, error })
}

async function wholeTranscript(events: AsyncIterable<OrderEvent>): Promise<Transcript> {
  try {
    for await (const event of events) if (event.kind === 'end') return event.answer.output as Transcript
  } catch (thrown) {
    throw aboutFile(thrown)
  }
  throw new AppError('internal', 'the run ended without a transcript')
}
