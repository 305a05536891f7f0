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
      print(`${'process'.padStart(8)} ${''.padEnd(16)} share MB  resident MB`)
      for (const { pid, name, megabytes, resident } of rows)
        print(`${String(pid).padStart(8)} ${name.padEnd(16)} ${column(megabytes)} ${column(resident)}`)
      const all = rows.reduce((sum, { resident }) => sum + resident, 0)
      print(`Resident sets add up to ${all.toFixed(1)} MB, which counts pages that processes share once for each.`)
      const ours = rows.reduce((sum, { megabytes }) => sum + megabytes, 0)
      return [
        {
          bench: 'memory',
          metric: 'MB in all processes, idle, shared pages once (less is better)',
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
function read(pid: number): { name: string; megabytes: number; resident: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const sizes = Object.fromEntries(
    [...rollup.matchAll(/^(\w+):\s+(\d+) kB/gm)].map(([, name, kb]) => [name, Number(kb)]),
  )
  const { Pss = Number.NaN, Rss = Number.NaN } = sizes
  return { name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), megabytes: Pss / 1024, resident: Rss / 1024 }
}

const column = (megabytes: number) => megabytes.toFixed(1).padStart(12)
