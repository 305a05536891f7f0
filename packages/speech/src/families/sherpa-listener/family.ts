import { defineFamily } from '@hearth/contract'
import { task } from '../../transcribe/spec.ts'

const tasks = [task.id]

/** The process itself with sherpa-onnx and Silero's model in it, and half a minute of sound with what is computed of it. */
const base = 600 * 2 ** 20

/** Models that write speech down, as they were converted for sherpa-onnx. */
export const family = defineFamily({
  id: 'sherpa-listener',
  title: 'Speech to text (sherpa-onnx)',
  engine: 'sherpa',
  tasks,
  async describe(folder) {
    const names = folder.files.map(({ path }) => path)
    const title = titleOf(names)
    // What it is for certain is said by the weights themselves, when they are loaded.
    return title === undefined ? undefined : { title, tasks, precision: 'mixed', defaults: {} }
  },
  // While the language is changed the weights are there twice.
  estimate: checkpoint => base + 3 * checkpoint.bytes,
})

function titleOf(names: readonly string[]): string | undefined {
  const has = (pattern: RegExp) => names.some(path => pattern.test(path))
  if (!has(/^([\w.-]+-)?tokens\.txt$/)) return undefined
  if (has(/^preprocess.*\.onnx$/) && has(/^uncached_decode.*\.onnx$/)) return 'Moonshine'
  if (has(/^([\w.]+-)?encoder.*\.onnx$/) && has(/^([\w.]+-)?decoder.*\.onnx$/)) {
    if (has(/^joiner.*\.onnx$/)) return 'Transducer'
    // ZipVoice has an encoder and a decoder too, and a list of words.
    return has(/^[\w.]+-encoder.*\.onnx$/) ? 'Whisper (sherpa-onnx)' : undefined
  }
  const isOther = has(/^voices\.bin$/) || has(/^lexicon/) || has(/^vocos|^hifigan/)
  return has(/^model(\.int8)?\.onnx$/) && !isOther ? 'Speech to text' : undefined
}
