import { join } from 'node:path'
import type { Load } from '@hearth/contract'
import { task } from '../../detect-speech/spec.ts'
import { openVoiceModel } from '../../voice-activity/voice-model.ts'
import { detectSpeech } from './detect-speech.ts'

export const load: Load = async (checkpoint, placement) => {
  const model = await openVoiceModel(join(checkpoint.dir, 'model.onnx'), placement)
  return { tasks: { [task.id]: detectSpeech(model) }, dispose: () => model.dispose() }
}
