import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process and all below it, by id. */
export function processTree(root: number): number[] {
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

/** In MB: the resident set, and the proportional share, in which pages of several processes are divided among them. */
export function processMemory(pid: number): { name: string; resident: number; share: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) / 1024
  return {
    name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(),
    resident: megabytes('Rss'),
    share: megabytes('Pss'),
  }
}
