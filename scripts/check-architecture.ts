/** The rules that keep the structure as ARCHITECTURE.md draws it. Prints what breaks them; exits 1 if anything does. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import * as rules from './architecture/rules.ts'
import { root, sources } from './architecture/sources.ts'

const { definedIds, ...checks } = rules
const files = sources('*.ts', '*.tsx', '*.mjs', '*.cjs', '*.py', '*.md', 'package-lock.json')
const problems = Object.entries(checks).flatMap(([name, rule]) => rule(files).map(line => `${name}: ${line}`))
if (definedIds(files).length === 0) problems.push('centralKnowledge: found no task at all, so it checks nothing')

const cruise = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
    '--config',
    'scripts/architecture/imports.cjs',
    '--output-type',
    'json',
    'apps',
    'packages',
    'scripts',
    'bench',
  ],
  { cwd: root, encoding: 'utf8', maxBuffer: 256 * 2 ** 20 },
)
if (cruise.error) throw cruise.error
if (cruise.stdout === '') throw new Error(`dependency-cruiser said nothing: ${cruise.stderr}`)
const { summary } = JSON.parse(cruise.stdout) as {
  summary: { totalCruised: number; violations: { from: string; to: string; rule: { name: string } }[] }
}
if (summary.totalCruised < 50)
  problems.push(`imports: only ${summary.totalCruised} modules were read, so nothing was checked`)
for (const { from, to, rule } of summary.violations) problems.push(`imports: ${rule.name}: ${from} -> ${to}`)

for (const line of problems) console.error(line)
console.log(`${files.length} files, ${summary.totalCruised} modules, ${problems.length} problems`)
process.exit(problems.length === 0 ? 0 : 1)
