import { task as embedText } from '@hearth/language/embed-text/spec'
import type { z } from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { runPatiently } from '../run-patiently.ts'
import { plainName, withModelName } from './model-names.ts'
import type { embedRequest } from './wire.ts'

const nanoseconds = 1e6

/** `POST /api/embed`: vectors of unit length. */
export async function embed(
  deps: ApiDeps,
  caller: Caller,
  { model, input: texts = [], truncate = true, dimensions }: z.output<typeof embedRequest>,
  signal: AbortSignal,
) {
  if (texts.length === 0) {
    await withModelName(model, () => deps.models.resolve(embedText.id, plainName(model)))
    return { model, embeddings: [] }
  }
  const input = { texts, truncate, ...(dimensions === undefined ? {} : { dimensions }) }
  const order = { task: embedText.id, model: plainName(model), input }
  const { output, timings } = await withModelName(model, () => runPatiently(deps, caller, order, signal))
  const { embeddings, prompt_tokens } = embedText.output.parse(output)
  return {
    model,
    embeddings: embeddings.map(unitLength),
    total_duration: Math.round(timings.total_ms * nanoseconds),
    load_duration: Math.round((timings.total_ms - timings.engine_ms) * nanoseconds),
    prompt_eval_count: prompt_tokens,
  }
}

function unitLength(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map(value => value / length) : [...vector]
}
