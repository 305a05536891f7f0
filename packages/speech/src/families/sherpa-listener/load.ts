import type { Load } from '@hearth/contract'
import { task } from '../../transcribe/spec.ts'
import { starterVoices } from '../../voice-activity/starter-voices.ts'
import { openVoiceModel } from '../../voice-activity/voice-model.ts'
import { listen } from './listen.ts'
import { openListener } from './open-listener.ts'

export const load: Load = async (checkpoint, placement) => {
  const listener = await openListener(checkpoint, placement)
  const voices = await openVoiceModel(starterVoices, placement)
  // The library has no way to close the listener: it goes with the process.
  return { tasks: { [task.id]: listen(listener, voices) }, dispose: () => voices.dispose() }
}
