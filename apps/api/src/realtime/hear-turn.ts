import { AppError } from '@hearth/contract'
import { task as transcribe } from '@hearth/speech/transcribe/spec'
import type { Transcript, TranscriptChunk } from '@hearth/speech/transcript-fields'
import { patiently } from '../dialects/run-patiently.ts'
import { findTask } from '../intake/accept-job.ts'
import { streamOrder } from '../intake/stream-order.ts'
import type { Talk } from './talk.ts'

/** Writes a turn down and tells it piece by piece. @throws AppError. */
export async function hearTurn(talk: Talk, item: string, sound: Uint8Array, signal: AbortSignal): Promise<string> {
  const { deps, caller, tell } = talk
  const { model, language, prompt } = talk.session().input.transcription
  const input = {
    audio: sound,
    ...(language === undefined ? {} : { language }),
    ...(prompt === undefined ? {} : { prompt }),
  }
  const order = { task: findTask(deps, transcribe.id), model: talk.meant.ear(model), input }
  const events = await patiently(signal, () => streamOrder(deps, caller, order, signal))
  let told = ''
  for await (const event of events) {
    if (event.kind === 'chunk') {
      const { text } = (event.value as TranscriptChunk).segment
      const delta = told === '' ? text.trimStart() : text
      told += delta
      if (delta !== '') await tell({ kind: 'transcript-delta', item, delta })
      continue
    }
    const { text, seconds } = event.answer.output as Transcript
    const transcript = text.trim()
    if (told === '' && transcript !== '') await tell({ kind: 'transcript-delta', item, delta: transcript })
    await tell({ kind: 'transcript-done', item, transcript, seconds })
    return transcript
  }
  throw new AppError('internal', 'the run ended without a transcript')
}
