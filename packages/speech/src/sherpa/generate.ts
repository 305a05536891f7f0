import { AppError } from '@hearth/contract'
import type { Speaker, SpeechRequest } from './library.ts'

/** What sherpa says of a text in which it knows no sound. */
const nothingSaid = /produced no audio/

/** Says a sentence. @throws AppError `invalid-input` where the model knows no sound of it. */
export async function generate(speaker: Speaker, request: SpeechRequest): Promise<Float32Array> {
  try {
    return (await speaker.generateAsync(request)).samples
  } catch (cause) {
    if (!(cause instanceof Error) || !nothingSaid.test(cause.message)) throw cause
    const sentence = JSON.stringify(request.text.slice(0, 60))
    throw new AppError('invalid-input', `text: the model has no sounds for ${sentence}`, {
      path: ['text'],
      hint: 'Take a model for the language of the text.',
      cause,
    })
  }
}
