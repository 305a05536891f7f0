import type { Load } from '@hearth/contract'
import { task as transcribe } from '../../transcribe/spec.ts'
import { task as translateSpeech } from '../../translate-speech/spec.ts'
import { listen } from './listen.ts'
import { openWhisper } from './open-whisper.ts'

export const load: Load = async (checkpoint, placement) => {
  const whisper = await openWhisper(checkpoint, placement)
  return {
    tasks: { [transcribe.id]: listen(whisper, transcribe), [translateSpeech.id]: listen(whisper, translateSpeech) },
    dispose: () => whisper.close(),
  }
}
