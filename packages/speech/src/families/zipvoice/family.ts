import { defineFamily } from '@hearth/contract'
import { task } from '../../clone-voice/spec.ts'

const tasks = [task.id]

/** The process itself with sherpa-onnx and its word list in it, and what a long sentence takes beside the recording. */
const base = 900 * 2 ** 20

/** ZipVoice by sherpa-onnx: speaks with the voice of a recording. */
export const family = defineFamily({
  id: 'zipvoice',
  title: 'ZipVoice',
  engine: 'sherpa',
  tasks,
  async describe(folder) {
    const names = folder.files.map(({ path }) => path)
    const has = (pattern: RegExp) => names.some(path => pattern.test(path))
    const isZipVoice = has(/^encoder.*\.onnx$/) && has(/^decoder.*\.onnx$/) && has(/^vocos.*\.onnx$/)
    if (!isZipVoice || !names.includes('tokens.txt') || !names.includes('lexicon.txt')) return undefined
    return { title: 'ZipVoice', tasks, precision: 'mixed', defaults: {}, languages: ['zh', 'en'] }
  },
  estimate: checkpoint => base + 2 * checkpoint.bytes,
  work: input => (typeof input === 'object' && input !== null && 'text' in input ? String(input.text).length : 0),
})
