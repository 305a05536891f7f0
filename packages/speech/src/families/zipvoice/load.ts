import type { Load } from '@hearth/contract'
import { task } from '../../clone-voice/spec.ts'
import { cloneVoice } from './clone-voice.ts'
import { openVoice } from './open-voice.ts'

export const load: Load = async (checkpoint, placement) => {
  const speaker = await openVoice(checkpoint, placement)
  // The library has no way to close a voice: it goes with the process.
  return { tasks: { [task.id]: cloneVoice(speaker) }, dispose: async () => undefined }
}
