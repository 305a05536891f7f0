import type { Load } from '@hearth/contract'
import { synthesiseSpeech } from '../../speaking/synthesise-speech.ts'
import { task } from '../../synthesise-speech/spec.ts'
import { openVoices } from './open-voices.ts'

export const load: Load = async (checkpoint, placement) => {
  const model = await openVoices(checkpoint, placement)
  // The library has no way to close a voice: it goes with the process.
  return { tasks: { [task.id]: synthesiseSpeech(model) }, dispose: async () => undefined }
}
