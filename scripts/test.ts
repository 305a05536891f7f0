/**
 * All checks and tests, in the order in which they fail fastest. `npm test` runs all; `npm test -- lint unit` only those named.
 * Prints each part's output, a summary, and as its last line `N passed, N failed`.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')
const scratch = mkdtempSync(join(tmpdir(), 'hearth-test-'))

interface Part {
  name: string
  command: string
  args: string[]
  /** A vitest project writes its counts there; any other part counts as one. */
  counts?: string
}

const script = (name: string, file: string, ...args: string[]): Part => ({
  name,
  command: process.execPath,
  args: [file, ...args],
})
const tool = (name: string, command: string, ...args: string[]): Part => ({ name, command: join(bin, command), args })
const vitest = (name: string, ...projects: string[]): Part => {
  const counts = join(scratch, `${name}.json`)
  const args = ['run', ...projects.flatMap(project => ['--project', project]), '--reporter=default', '--reporter=json']
  return { ...tool(name, 'vitest', ...args, `--outputFile.json=${counts}`), counts }
}

const parts: Part[] = [
  tool('lint', 'biome', 'check', '.'),
  script('generated', 'scripts/generate.ts', '--check'),
  tool('types', 'tsc', '-p', 'tsconfig.json'),
  script('architecture', 'scripts/check-architecture.ts'),
  tool('dead-code', 'knip'),
  script('notices', 'scripts/third-party-notices.ts', '--check'),
  vitest('unit', 'unit', 'component'),
  vitest('browser', 'browser'),
]

function run(part: Part): Promise<number> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }
    const child = spawn(part.command, part.args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env })
    child.on('error', reject)
    child.on('exit', status => resolve(status ?? 1))
  })
}

function tally(part: Part, status: number): { passed: number; failed: number; skipped: number } {
  if (!part.counts) return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 }
  const report = JSON.parse(readFileSync(part.counts, 'utf8')) as Record<string, number>
  const failed = (report.numFailedTests ?? 0) + (status !== 0 && report.numFailedTests === 0 ? 1 : 0)
  return { passed: report.numPassedTests ?? 0, failed, skipped: report.numPendingTests ?? 0 }
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !parts.some(part => part.name === name))
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. There are ${parts.map(part => part.name).join(', ')}.`)
  process.exit(2)
}

const rows: { name: string; passed: number; failed: number; skipped: number; seconds: number }[] = []
for (const part of parts.filter(part => wanted.length === 0 || wanted.includes(part.name))) {
  console.log(`\n--- ${part.name}`)
  const start = performance.now()
  const status = await run(part)
  rows.push({ name: part.name, ...tally(part, status), seconds: Math.round((performance.now() - start) / 1000) })
}
rmSync(scratch, { recursive: true })
console.table(rows)
const sum = (key: 'passed' | 'failed') => rows.reduce((total, row) => total + row[key], 0)
console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
process.exit(sum('failed') === 0 ? 0 : 1)
