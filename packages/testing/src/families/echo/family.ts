import { type Checkpoint, defineFamily } from '@hearth/contract'
import { task as echo } from '../../echo/spec.ts'

const mebibyte = 2 ** 20

function checkpoint(id: string, description: string, bytes: number): Checkpoint {
  return {
    id,
    family: 'echo',
    title: id,
    description,
    aliases: [],
    licence: { id: 'Apache-2.0', must_accept: false },
    precision: 'fp32',
    starter: false,
    defaults: {},
    example_prompts: [],
    languages: [],
    dir: '',
    bytes,
    digest: 'builtin',
    tasks: [echo.id],
  }
}

/** Placed and counted as an ONNX model would be; computes nothing. */
export const family = defineFamily({
  id: 'echo',
  title: 'Echo (for tests)',
  engine: 'onnx',
  tasks: [echo.id],
  builtin: [
    checkpoint('echo', 'Takes next to no memory.', 0),
    checkpoint('echo-large-a', 'Claims 600 MiB, so that two of its kind do not fit into 1 GiB.', 600 * mebibyte),
    checkpoint('echo-large-b', 'Claims 600 MiB, so that two of its kind do not fit into 1 GiB.', 600 * mebibyte),
    checkpoint('echo-broken', 'Cannot be loaded.', 0),
  ],
  estimate(checkpoint, input) {
    const parsed = echo.input.safeParse(input)
    return checkpoint.bytes + 48 * mebibyte + (parsed.success ? 4 * parsed.data.bytes : 0)
  },
  work(input) {
    const parsed = echo.input.safeParse(input)
    return parsed.success ? parsed.data.steps * parsed.data.step_ms : 0
  },
})
