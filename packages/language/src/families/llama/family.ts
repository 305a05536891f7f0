import { type Checkpoint, defineFamily } from '@hearth/contract'
import { task as chat } from '../../chat/spec.ts'
import { task as complete } from '../../complete/spec.ts'
import { task as countTokens } from '../../count-tokens/spec.ts'
import { contextLength, conversations } from './context-length.ts'

const tasks = [chat.id, complete.id, countTokens.id]

/** The process itself with llama.cpp in it. */
const base = 300 * 2 ** 20

/** Bytes of one token in the cache of keys and values, at 16 bits: 23,040 of 135 million parameters, about 130,000 of 7 billion. */
const perToken = ({ bytes }: Checkpoint) => 20_000 + bytes / 40_000

/** Language models as GGUF files, run by llama.cpp: several conversations at a time, computed in one batch. */
export const family = defineFamily({
  id: 'llama',
  title: 'llama.cpp',
  engine: 'llama-cpp',
  tasks,
  async describe(folder) {
    if (!folder.files.some(({ path }) => path.endsWith('.gguf'))) return undefined
    return { title: 'Language model (GGUF)', tasks, precision: 'mixed', defaults: {} }
  },
  estimate: checkpoint =>
    base + 1.1 * checkpoint.bytes + conversations * contextLength(checkpoint) * perToken(checkpoint),
  concurrency: conversations,
})
