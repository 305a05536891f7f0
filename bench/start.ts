/** From the command to the ready line: on an empty data folder, and again on the same one. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestInstance } from '../packages/testing/src/instance.ts'
import type { Bench, Result } from './bench.ts'
import { percentile } from './bench.ts'

const targets = { first: 30, again: 5 }
const repeats = 5

export const bench: Bench = {
  name: 'start',
  async run(print) {
    const data = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
    try {
      const first = await timeStart(data)
      const again: number[] = []
      for (let k = 0; k < repeats; k++) again.push(await timeStart(data))
      print(`first ${first.toFixed(2)} s; again ${again.map(seconds => seconds.toFixed(2)).join(' ')} s`)
      return [
        result('s to ready, empty data folder', first, targets.first),
        result('s to ready, second start, median', percentile(again, 0.5), targets.again),
      ]
    } finally {
      await rm(data, { recursive: true, force: true })
    }
  },
}

async function timeStart(data: string): Promise<number> {
  const began = performance.now()
  const instance = await startTestInstance({ data })
  const seconds = (performance.now() - began) / 1000
  await instance.stop()
  return seconds
}

function result(metric: string, ours: number, target: number): Result {
  return {
    bench: 'start',
    metric: `${metric} (less is better)`,
    ours,
    peer: null,
    ratio: ours / target,
    target,
    ok: ours <= target,
  }
}
