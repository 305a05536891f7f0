import type { Load } from '@hearth/contract'
import { synthesiseSpeech } from '../../speaking/synthesise-speech.ts'
import { task } from '../../synthesise-speech/spec.ts'
import { openVoice } from './open-voice.ts'

export const load: Load = async (checkpoint, placement) => {
  const voice = await openVoice(checkpoint, placement)
  // The library has no way to close a voice: it goes with the process.
  return { tasks: { [task.id]: synthesiseSpeech(voice) }, dispose: async () => undefined }
}
