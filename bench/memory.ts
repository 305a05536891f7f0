/** Resident set of every process of an idle instance, models excluded. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { startTestInstance } from '../packages/testing/src/instance.ts'
import type { Bench } from './bench.ts'

const target = 400

export const bench: Bench = {
  name: 'memory',
  async run(print) {
    const instance = await startTestInstance({ env: { HEARTH_TEST_FAMILIES: '0' } })
    try {
      await instance.request('/api/v1/system')
      const rows = tree(instance.pids().hearth ?? 0).map(pid => ({ pid, ...read(pid) }))
      for (const { pid, name, megabytes } of rows)
        print(`${String(pid).padStart(8)} ${name.padEnd(16)} ${megabytes.toFixed(1)} MB`)
      const ours = rows.reduce((sum, { megabytes }) => sum + megabytes, 0)
      return [
        {
          bench: 'memory',
          metric: 'MB in all processes, idle (less is better)',
          ours,
          peer: null,
          ratio: ours / target,
          target,
          ok: ours <= target,
        },
      ]
    } finally {
      await instance.stop()
    }
  },
}

/** A process and all below it. */
function tree(root: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
  const pairs = table
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
  const below = (pid: number): number[] => [
    pid,
    ...pairs.filter(([, parent]) => parent === pid).flatMap(([child = 0]) => below(child)),
  ]
  return below(root)
}

/** The proportional share: pages that several processes of Postgres share are counted once. */
function read(pid: number): { name: string; megabytes: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kilobytes = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1])
  return { name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), megabytes: kilobytes / 1024 }
}
