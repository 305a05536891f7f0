import { defineFamily } from '@hearth/contract'
import { task } from '../../synthesise-speech/spec.ts'

const tasks = [task.id]

/** The process itself with sherpa-onnx and its word lists in it, and what a long sentence takes. */
const base = 700 * 2 ** 20

/** Kokoro by sherpa-onnx: many voices in one model. */
export const family = defineFamily({
  id: 'kokoro',
  title: 'Kokoro',
  engine: 'sherpa',
  tasks,
  async describe(folder) {
    const names = folder.files.map(({ path }) => path)
    const isModel = (path: string) => /^model.*\.onnx$/.test(path)
    if (!names.includes('voices.bin') || !names.includes('tokens.txt') || !names.some(isModel)) return undefined
    const chinese = names.includes('lexicon-zh.txt')
    return { title: 'Kokoro', tasks, precision: 'mixed', defaults: {}, languages: chinese ? ['en', 'zh'] : ['en'] }
  },
  estimate: checkpoint => base + 2 * checkpoint.bytes,
  work: input => (typeof input === 'object' && input !== null && 'text' in input ? String(input.text).length : 0),
})
