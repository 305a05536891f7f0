import { defineFamily } from '@hearth/contract'
import { task as diarise } from '../../diarise/spec.ts'

const tasks = [diarise.id]

/** The process itself with sherpa-onnx in it, a recording of the greatest length, and how alike its voices are. */
const base = 1400 * 2 ** 20

/** One of these beside a segmentation makes a diariser. */
const embedding = /speaker|embedding|titanet|campplus|eres2net|resnet/i
const segmentation = /^model(\.int8)?\.onnx$|segmentation/i

/** Pyannote's segmentation, an embedding of voices and clustering, by sherpa-onnx. */
export const family = defineFamily({
  id: 'sherpa-diariser',
  title: 'Speaker diarisation (sherpa-onnx)',
  engine: 'sherpa',
  tasks,
  async describe(folder) {
    const graphs = folder.files.map(({ path }) => path).filter(path => /^[^/]+\.onnx$/.test(path))
    const voices = graphs.find(path => !segmentation.test(path) && embedding.test(path))
    if (graphs.length !== 2 || voices === undefined || !graphs.some(path => segmentation.test(path))) return undefined
    return { title: `Diariser with ${voices.replace(/\.onnx$/, '')}`, tasks, precision: 'mixed', defaults: {} }
  },
  estimate: checkpoint => base + 3 * checkpoint.bytes,
  work: () => 1,
})
