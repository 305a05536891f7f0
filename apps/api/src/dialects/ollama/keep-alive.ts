import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { plainName } from './model-names.ts'

const units: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 }
const duration = /^([+-]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/

/** How long a model stays after an answer, in seconds: `300`, `5m`, `1h30m`. 0 lets it go, anything below keeps it for ever. */
export const keepAlive = z.union([z.number(), z.string()]).transform((given, context) => {
  const seconds = typeof given === 'number' ? given : readDuration(given.trim())
  if (seconds !== undefined) return seconds < 0 ? Number.POSITIVE_INFINITY : seconds
  context.addIssue({ code: 'custom', message: 'expected seconds or a duration such as 5m' })
  return z.NEVER
})

function readDuration(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0
  if (!duration.test(text)) return undefined
  let seconds = 0
  for (const [, count, unit = ''] of text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g))
    seconds += Number(count) * (units[unit] ?? 0)
  return text.startsWith('-') ? -seconds : seconds
}

/** Does what a request that has been answered says of its model's stay. */
export async function stay(
  deps: ApiDeps,
  task: string,
  { model, keep_alive: seconds }: { model: string; keep_alive?: number | undefined },
): Promise<void> {
  if (seconds === undefined) return
  const { id } = await deps.models.resolve(task, plainName(model))
  deps.live.keep(id, seconds)
}
