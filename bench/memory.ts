/**
 * Memory of every process of an instance that has nothing to do, models excluded. As on every day but the first: the
 * code was read once before, so that its stripped types are kept.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startTestInstance } from '../packages/testing/src/instance.ts'
import type { Bench } from './bench.ts'
import { processMemory, processTree } from './processes/memory.ts'

const target = 400
/** Seconds after which an instance counts as idle: connections that the start needed have been closed. */
const rest = 20

export const bench: Bench = {
  name: 'memory',
  async run(print) {
    const data = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
    // As `npm start` hands it over.
    const env = { HEARTH_TEST_FAMILIES: '0', NODE_COMPILE_CACHE: join(data, 'compiled') }
    try {
      const first = await startTestInstance({ data, env })
      await first.request('/api/v1/system')
      await first.stop()
      const instance = await startTestInstance({ data, env })
      await instance.request('/api/v1/system')
      await delay(rest * 1000)
      const rows = processTree(instance.pids().hearth ?? 0).map(pid => ({ pid, ...processMemory(pid) }))
      await instance.stop()
      return [judge(rows, print)]
    } finally {
      await rm(data, { recursive: true, force: true })
    }
  },
}

function judge(rows: { pid: number; name: string; resident: number; share: number }[], print: (line: string) => void) {
  print(`${'process'.padStart(8)} ${''.padEnd(16)} resident MB    share MB`)
  for (const { pid, name, resident, share } of rows)
    print(`${String(pid).padStart(8)} ${name.padEnd(16)} ${column(resident)} ${column(share)}`)
  const ours = rows.reduce((sum, { resident }) => sum + resident, 0)
  const shares = rows.reduce((sum, { share }) => sum + share, 0)
  print(
    `Resident sets count pages that processes share once for each; with such pages divided it is ${column(shares)} MB.`,
  )
  const metric = 'MB, sum of the resident sets of all processes, idle (less is better)'
  return { bench: 'memory', metric, ours, peer: null, ratio: ours / target, target, ok: ours <= target }
}

const column = (megabytes: number) => megabytes.toFixed(1).padStart(11)
