/**
 * Memory of every process of an instance that has nothing to do, models excluded. As on every day but the first: the
 * code was read once before, so that its stripped types are kept.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startTestInstance } from '../packages/testing/src/instance.ts'
import type { Bench } from './bench.ts'

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
      const rows = tree(instance.pids().hearth ?? 0).map(pid => ({ pid, ...read(pid) }))
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

/** The resident set, and the proportional share: pages that several processes share are divided among them. */
function read(pid: number): { name: string; resident: number; share: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) / 1024
  return {
    name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(),
    resident: megabytes('Rss'),
    share: megabytes('Pss'),
  }
}

const column = (megabytes: number) => megabytes.toFixed(1).padStart(11)
