import { defineFamily } from '@hearth/contract'
import { task as detectSpeech } from '../../detect-speech/spec.ts'

/** The process itself with onnxruntime in it; the sound passes through in blocks. */
const base = 220 * 2 ** 20

/** Silero VAD: tells thirty times a second how likely it is that somebody speaks. */
export const family = defineFamily({
  id: 'silero-vad',
  title: 'Silero VAD',
  engine: 'onnx',
  tasks: [detectSpeech.id],
  estimate: checkpoint => base + 4 * checkpoint.bytes,
  work: () => 1,
})
