import { defineFamily } from '@hearth/contract'
import { task } from '../../synthesise-speech/spec.ts'

const tasks = [task.id]

/** The process itself with sherpa-onnx and its word list in it, and what a long sentence takes. */
const base = 500 * 2 ** 20

/** Matcha-TTS of icefall by sherpa-onnx, with a vocoder in the same folder. */
export const family = defineFamily({
  id: 'matcha',
  title: 'Matcha-TTS',
  engine: 'sherpa',
  tasks,
  async describe(folder) {
    const names = folder.files.map(({ path }) => path)
    const acoustic = names.some(path => /^model-steps-\d+.*\.onnx$/.test(path))
    if (!acoustic || !names.includes('tokens.txt')) return undefined
    const languages = names.includes('lexicon.txt') ? ['zh'] : []
    return { title: 'Matcha-TTS', tasks, precision: 'fp32', defaults: {}, languages }
  },
  estimate: checkpoint => base + 2 * checkpoint.bytes,
  work: input => (typeof input === 'object' && input !== null && 'text' in input ? String(input.text).length : 0),
})
